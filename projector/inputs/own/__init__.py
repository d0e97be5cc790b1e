"""A planner's own table of stays, bed days, staff or places, understood."""
