"""An invoice or credit note, once issued, is neither changed nor deleted: the database sees to it.

On SQLite a later migration that remakes the table drops these triggers and has to make them again;
tests/payments/test_papers.py would notice.
"""

from django.db import migrations

WORDS = "An invoice is never changed or deleted."
SQLITE = {
    "payments_invoice_unchanged": "UPDATE",
    "payments_invoice_undeleted": "DELETE",
}
FUNCTION = f"""
    CREATE FUNCTION payments_invoice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation';
    END
    $$
"""
TRIGGER = """
    CREATE TRIGGER payments_invoice_stays BEFORE UPDATE OR DELETE ON payments_invoice
    FOR EACH ROW EXECUTE FUNCTION payments_invoice_stays()
"""


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION)
        schema_editor.execute(TRIGGER)
        return
    for name, act in SQLITE.items():
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON payments_invoice"
            f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )


def release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER payments_invoice_stays ON payments_invoice")
        schema_editor.execute("DROP FUNCTION payments_invoice_stays()")
        return
    for name in SQLITE:
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_terms")]

    operations = [migrations.RunPython(protect, release)]
