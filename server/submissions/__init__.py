"""Packages on their way in: uploads in parts, what is checked, how they are kept, and how they go again."""
