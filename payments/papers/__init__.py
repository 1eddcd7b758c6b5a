"""The documents of a sale as PDF: invoice, credit note, the terms agreed to, the model form.

Each is made from what is kept of the sale, as often as somebody asks for it.
"""
