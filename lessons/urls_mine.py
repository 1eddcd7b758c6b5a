"""What is a reader's own, below ``/mijn/``: looked through first, the most asked for on top.

No address here tells what it is about.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lessons.pages import answering, journal, mail_choices, planning, reading, searching

urlpatterns: list[URLPattern | URLResolver] = [
    path("les/<uuid:lesson>/", reading.lesson, name="lesson"),
    path("cursus/<uuid:course>/", reading.outline, name="outline"),
    path("les/<uuid:lesson>/afgerond/", reading.finish, name="finish"),
    path("", reading.my_courses, name="my_courses"),
    path("cursus/<uuid:course>/verder/", reading.go_on, name="continue"),
    path("les/<uuid:lesson>/plek/", reading.position, name="position"),
    path("cursus/<uuid:course>/planning/", planning.planning, name="planning"),
    path("cursus/<uuid:course>/planning/pauze/", planning.pause, name="planning_pause"),
    path("cursus/<uuid:course>/planning/verder/", planning.resume, name="planning_resume"),
    path("cursus/<uuid:course>/planning/alles/", planning.open_all, name="planning_open_all"),
    path("cursus/<uuid:course>/planning/tijd/", planning.choose, name="planning_choose"),
    path("cursus/<uuid:course>/planning/planning.ics", planning.dates, name="planning_dates"),
    path("post/", mail_choices.mine, name="mail_choices"),
    path("les/<uuid:lesson>/schrift/<uuid:block>/", answering.write, name="write"),
    path("les/<uuid:lesson>/vinkjes/<uuid:block>/", answering.tick, name="tick"),
    path("schrift/", journal.journal, name="journal"),
    path("schrift/downloaden/", journal.download, name="journal_download"),
    path("schrift/alles-weg/", journal.delete_all, name="journal_delete_all"),
    path("schrift/stoppen/", journal.stop, name="journal_stop"),
    path("schrift/<uuid:answer>/weg/", journal.delete, name="journal_delete"),
    path("zoeken/", searching.search, name="search"),
    path("schrift/bewaren/", answering.choose, name="keep_answers"),
]
