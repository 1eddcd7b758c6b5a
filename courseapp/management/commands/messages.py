from django.core.management.base import BaseCommand

from courseapp import catalogues


class Command(BaseCommand):
    """Bring both catalogues up to date with code and templates, and compile them."""

    help = "Collect the sentences to translate into the catalogues nl and en."
    requires_system_checks = ()

    def handle(self, **options: object) -> None:
        for language in catalogues.LANGUAGES:
            lacking = catalogues.update(language)
            self.stdout.write(f"{language}: {lacking} without a translation")
        catalogues.compile_all()
