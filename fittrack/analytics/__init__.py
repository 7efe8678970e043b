"""What happened on the platform, by day, week and month (SPEC 9 and 10): figures kept ready, and reports.

Days that are over are counted by a job (`refreshing`) into `daily_figures`; what it has not counted yet,
today above all, is counted when a report is asked for (`reading`). Both count by the same queries.
"""
