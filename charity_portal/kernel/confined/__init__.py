"""Work on bytes that strangers sent, done in a child process that has limits and can be killed.

The modules here import nothing of the portal, so that a child starts in a few milliseconds, and
know no sentences for people: they refuse with a code, and the caller finds the words.
"""
