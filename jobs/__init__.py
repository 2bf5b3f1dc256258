"""When it is asked: jobs and schedules."""
