"""*Lezer helpen*: why one reader gets no mail or has no access, and what staff can do about it.

In payments because the answer joins all that stands below: orders, courses, mails, the account.
"""
