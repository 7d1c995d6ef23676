"""Addresses: the operator's pages, letters and notices, jobs, conversations in writing."""

from __future__ import annotations

from django.urls import URLPattern, path

from upwell_site.core.views import machinery, machinery_jobs, machinery_letters, machinery_threads

urlpatterns: list[URLPattern] = [
    path("health/", machinery.health_page, name="health"),
    path("operate/", machinery.operate, name="operate"),
    path("operate/test-letter/", machinery.test_letter, name="operate_test"),
    path("operate/letters/", machinery.letters_page, name="operate_letters"),
    path("operate/letter/", machinery.letter_page, name="operate_letter"),  # ?number=7: no hub, so no row to guard
    path("operate/letter/again/", machinery.again, name="operate_letter_again"),
    path("operate/letter/stop/", machinery.stop, name="operate_letter_stop"),
    path("u/<str:token>/", machinery_letters.unsubscribe, name="unsubscribe"),
    path("h/<slug:hub>/letters/", machinery_letters.letters_page, name="letters"),
    path("h/<slug:hub>/letters/<int:letter>/", machinery_letters.letter_page, name="letter"),
    path("h/<slug:hub>/letters/<int:letter>/stop/", machinery_letters.stop, name="letter_stop"),
    path("h/<slug:hub>/notices/", machinery_letters.notices, name="notices"),
    path("h/<slug:hub>/jobs/<int:job>/", machinery_jobs.job_page, name="job"),
    path("h/<slug:hub>/jobs/<int:job>/stop/", machinery_jobs.stop, name="job_stop"),
    path("h/<slug:hub>/messages/", machinery_threads.threads_page, name="threads"),
    path("h/<slug:hub>/messages/<int:thread>/", machinery_threads.thread_page, name="thread"),
    path("h/<slug:hub>/messages/<int:thread>/watch/", machinery_threads.add_watcher, name="thread_watcher"),
    path("h/<slug:hub>/messages/<int:thread>/leave/", machinery_threads.leave, name="thread_leave"),
    path("h/<slug:hub>/messages/<int:thread>/pause/", machinery_threads.pause, name="thread_pause"),
    path("h/<slug:hub>/messages/<int:thread>/go-on/", machinery_threads.resume, name="thread_resume"),
    path("h/<slug:hub>/message/<int:message>/hide/", machinery_threads.hide, name="message_hide"),
]
