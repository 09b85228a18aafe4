"""What a page comes to, in a few plain sentences above its chart."""
