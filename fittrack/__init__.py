"""FitTrack: points for tracked workouts, tickets for points, verifiable drawings."""

__version__ = "0.1.0"
