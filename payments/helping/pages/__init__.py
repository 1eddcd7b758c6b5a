"""*Lezer helpen* in a browser: looking, and acting."""
