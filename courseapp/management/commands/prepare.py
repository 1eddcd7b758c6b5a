from django.core.management.base import BaseCommand

from courseapp import meters, preparing


class Command(BaseCommand):
    """Do all that an installation needs after an update, before its processes start again."""

    help = "Compile catalogues, collect static files, migrate, load the courses that come along."
    requires_migrations_checks = False

    def handle(self, **options: object) -> None:
        for step in preparing.STEPS:
            self.stdout.write(f"{step.title}: {step.act()}")
        # Of processes that are about to be replaced.
        meters.begin_anew()
