"""Report: pictures of results and a page to read, made from the result tree alone.

Nothing is imported here: the pictures need matplotlib and the page jinja2, and each can be had
without the other.
"""
