"""What is made. Stays empty: importing definitions here would be circular."""
