"""What every verb needs: hubs, people, places, programmes, consent, permissions, letters, jobs and the look."""
