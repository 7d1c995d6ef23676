"""Addresses of listen."""

from __future__ import annotations

from django.urls import URLPattern, path

from upwell_site.listen.views import discussions, hosting, own_words, talks, votes

urlpatterns: list[URLPattern] = [
    path("h/<slug:hub>/discussions/", discussions.discussions, name="discussions"),
    path("h/<slug:hub>/discussions/new/", hosting.discussion_new, name="discussion_new"),
    path("h/<slug:hub>/discussions/add/", hosting.discussion_add, name="discussion_add"),
    path("h/<slug:hub>/discussions/<int:discussion>/", discussions.discussion, name="discussion"),
    path("h/<slug:hub>/discussions/<int:discussion>/table/", discussions.discussion_table, name="discussion_table"),
    path("h/<slug:hub>/discussions/<int:discussion>/groups/", hosting.discussion_regroup, name="discussion_regroup"),
    path("h/<slug:hub>/discussions/<int:discussion>/edit/", hosting.discussion_edit, name="discussion_edit"),
    path("h/<slug:hub>/discussions/<int:discussion>/state/", hosting.discussion_state, name="discussion_state"),
    path("h/<slug:hub>/discussions/<int:discussion>/sentences/", hosting.statements, name="statements"),
    path("h/<slug:hub>/sentences/<int:statement>/", hosting.statement_moderate, name="statement_moderate"),
    path("h/<slug:hub>/discussions/<int:discussion>/vote/", votes.discussion_vote, name="discussion_vote"),
    path("h/<slug:hub>/discussions/<int:discussion>/vote/say/", votes.discussion_say, name="discussion_say"),
    path("h/<slug:hub>/discussions/<int:discussion>/vote/mine/", votes.discussion_mine, name="discussion_mine"),
    path("h/<slug:hub>/say/", own_words.say, name="say"),
    path("h/<slug:hub>/talks/", talks.talks, name="talks"),
    path("h/<slug:hub>/talks/add/", talks.talk_add, name="talk_add"),
    path("h/<slug:hub>/talks/<int:conversation>/", talks.talk, name="talk"),
    path("h/<slug:hub>/talks/<int:conversation>/words/", talks.talk_note, name="talk_note"),
    path("h/<slug:hub>/talks/<int:conversation>/next/", talks.talk_next, name="talk_next"),
    path("h/<slug:hub>/words/<int:note>/share/", talks.note_share, name="note_share"),
]
