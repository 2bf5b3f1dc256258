"""Moving pictures: footage in, frame by frame; shots, time code; movies out.

What belongs here: everything that knows of frames in time. What does not: single pictures
(pictures), curves (splines), and the stages of a line (lines).
"""
