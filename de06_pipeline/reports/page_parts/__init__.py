"""What pages have in common as templates: the frame of a bilingual page of tables, its styles, its
words. What one page says belongs to that page.
"""
