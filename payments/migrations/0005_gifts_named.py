from django.db import migrations


def name_gifts(apps, schema_editor):
    """Rights that a gift gave said ``order:``; their source is ``gift:``."""
    access = apps.get_model("lessons", "Access")
    for order in apps.get_model("payments", "Order").objects.filter(is_gift=True):
        access.objects.filter(source=f"order:{order.pk}").update(source=f"gift:{order.pk}")


def name_orders(apps, schema_editor):
    access = apps.get_model("lessons", "Access")
    for order in apps.get_model("payments", "Order").objects.filter(is_gift=True):
        access.objects.filter(source=f"gift:{order.pk}").update(source=f"order:{order.pk}")


class Migration(migrations.Migration):

    dependencies = [
        ("lessons", "0003_working_for_staff"),
        ("payments", "0004_barring_and_grants"),
    ]

    operations = [migrations.RunPython(name_gifts, name_orders)]
