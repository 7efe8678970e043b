"""What FitTrack is deployed with: image, locked packages, compose, chart, infrastructure, workflows."""
