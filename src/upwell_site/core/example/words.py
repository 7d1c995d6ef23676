"""What people say in the example, by topic. Written for it; no sentence was said by a real person."""

from __future__ import annotations

SAID: dict[str, tuple[str, ...]] = {
    "School holidays": (
        "Six weeks is a long time when every day out costs money.",
        "I put the telly on because the bus to the park is eight pounds for the four of us.",
        "My two eat at school. In August I do the sums before I open the fridge.",
        "The church hall did lunch on Tuesdays last summer. We went every week, and I met my neighbours there.",
        "I could run a games morning. I just do not know who has a hall.",
        "The older ones have nowhere. They are too big for the play scheme and too young for work.",
        "We had holidays on our street when I was small. Everybody took a turn with the children.",
        "I work nights. In the holidays I do not sleep.",
        "If there was a list of what is free, in one place, I would print it for the whole landing.",
        "He asked me why everybody else goes somewhere. I said we are saving up.",
    ),
    "The yard": (
        "We would sit out there if it felt like ours.",
        "It is dark by four and the light has been out since spring.",
        "I grew tomatoes on the step. If there was soil I would do beans for everybody.",
        "The bins are for forty homes and there are three of them.",
        "My son learnt to ride his bike there. Now there is glass.",
        "I would sweep it every Sunday if two more people did.",
        "There used to be a bench. Four of us had tea on it, and then it was gone.",
        "You hear people, but you never see them. A table would change that.",
        "The washing lines were the best thing about this place. You talked to people.",
        "I rang about the gate five times. A man came, looked, and went.",
    ),
    "Buses": (
        "Two buses and a hill, with my knees.",
        "The last one home is at ten past six. My shift ends at half past.",
        "They took the stop by the surgery away and moved it up the road. It is uphill.",
        "I miss the hospital appointment when the first bus does not come, and then they write to me that I missed it.",
        "My daughter walks home from college in the dark because the bus goes round the other way.",
        "If the fifty ran on Sundays I could see my sister.",
        "The driver waits for me. He knows me. That matters more than the timetable.",
        "A day ticket for me and the girls costs more than the swimming.",
    ),
    "Damp homes": (
        "I wipe the wall every morning. By Friday it is black again.",
        "They painted over it and said it was my cooking.",
        "His chest is worse since we moved in. The doctor wrote a letter.",
        "We are seven homes on this row with the same wall. Nobody has put us in one room.",
        "I am frightened to complain. It is somebody's house and they can ask me to go.",
        "I heat one room. We all live in it from November.",
        "I was a plasterer for thirty years. I can tell you what is wrong with that gutter for nothing.",
        "The man from the housing was kind. He had no van and no parts.",
        "They gave us a machine for the damp. It costs two pounds a day to run.",
    ),
    "Somewhere to meet": (
        "I would teach sewing if there was a room.",
        "There is a kitchen behind that shutter. It has been shut for three years.",
        "I came here with nobody. The English class was where I found my friends, and then it stopped.",
        "The library is warm. That is where I go.",
        "I have not spoken to anybody since Thursday. You are the first.",
        "Men do not come to a coffee morning. They would come if there was something to mend.",
        "We pray in one room, they pray in another, and the car park is full twice. We could at least share "
        "the car park.",
        "I can cook for sixty. I did it at home for weddings.",
        "My mother only speaks Tigrinya. She would love somewhere to sit with other grandmothers.",
        "The pub was not for me, but I miss that there was a light on.",
    ),
    "Young people": (
        "They are not bad. They are bored, and they are outside my window.",
        "I coach eleven lads on the rec with my own cones. We have no changing room.",
        "She got three interviews and nobody ever told her how to answer.",
        "I want somebody to believe me when I say I want to do engineering.",
        "My nephew listens to the barber more than to any of us. Ask the barber.",
        "There are two lads I worry about. Somebody should know their names.",
        "At my school they say, what do you want to be. Nobody knows anybody who is it.",
        "I would take two apprentices on tomorrow if somebody helped me with the forms.",
        "The youth club saved me. I am forty now and I would help open one.",
    ),
    "Food and bills": (
        "I skip lunch. I do not tell the kids.",
        "The meter eats ten pounds and we are sat in our coats.",
        "The food table has no questions. That is why I go, and that is why I help there now.",
        "The shop on the corner gives me credit till Thursday. He should not have to.",
        "I know how to read a bill. I worked in it. I could sit with people.",
        "We buy rice together, six families, one big sack. Anybody could.",
        "Cheap food is two miles away, and the taxi costs what you save.",
        "I did a budget with a lady from the bank and it was the first time nobody told me off.",
    ),
    "Work and English": (
        "I was a nurse for eleven years at home. Here I clean, because of a paper.",
        "My English is good when I am not afraid.",
        "The course is on Mondays at ten. I work Mondays at ten.",
        "They ask for two years of experience here. How do I get the first day?",
        "Evening English at the library, started by two of us who were learning. That was a good year.",
        "I drive a taxi with a degree in chemistry. I would help children with their homework for nothing.",
        "I want to do the accounts for somebody. It keeps your mind straight.",
        "She helped me with one letter. It took her ten minutes and it changed my year.",
    ),
    "Getting around safely": (
        "Cars do fifty past the school. We have counted them.",
        "There is no crossing between the lights and the bottom. The old ones just go.",
        "I will not walk past the underpass after five.",
        "I fell on that pavement in January. It is still up.",
        "My girl wants to cycle to school. I say no, and I hate saying no.",
        "The lollipop man retired and they did not find another. I would do it, if somebody asked me.",
        "Parking on the corner means the wheelchair goes in the road.",
    ),
    "What is good here": (
        "Somebody on this street always knows where your child is.",
        "The market. You can hear nine languages before you get to the fish.",
        "My neighbour shovels my path and never says it was him.",
        "Carnival. For two days everybody is from here.",
        "The nurse at the practice knows my name.",
        "You can borrow anything on our row. Ladders, chairs, an uncle.",
        "People think it is rough. I have been here thirty-one years and I would not move.",
        "The lads from the mosque cleared the snow for the whole hill.",
    ),
}

STEPS = (
    "Ring back about the yard",
    "Find out who has the key to the hall",
    "Send the list of what is free in the holidays",
    "Introduce them to the food table",
    "Ask the housing officer to look at the wall",
    "Bring the form for the bus pass",
    "Come to the English class together",
    "Ask when the light will be mended",
    "Tell them what the ward meeting said",
    "Find somebody with a van",
)
DONE = ("I asked, and the light works again", "We went together, and it was good")

ABOUT = (
    "I like to cook for a lot of people.",
    "Retired from the railway. I can mend most things.",
    "I have lived on this hill all my life.",
    "New here, and glad when somebody says hello.",
    "I run a small shop and know most faces.",
    "Two children, one dog, always late.",
    "I sing in the choir on Wednesdays.",
    "I help with forms and letters.",
    "I used to teach. I still cannot stop.",
    "I grow more vegetables than I can eat.",
)

LETTERS = (
    ("Hello Hana, I am Leroy. I mend lifts, and before that I did not know what I wanted to do either.", "mentor"),
    ("Hi. I like physics. My teacher said you know about engines?", "young"),
    ("A bit. A lift is mostly an engine with good manners. What do you like about physics?", "mentor"),
    ("That you can find out if it is true.", "young"),
    ("That is the best reason I have heard. Shall we meet at the library on Wednesday at 5? Ruth will be "
     "there too.", "mentor"),
    ("Yes. Can I bring my coursework?", "young"),
)  # fmt: skip

HUB_TEXTS = {
    "privacy": (
        "We write down what you tell us so that we can do something about it.\n\n"
        "- You choose, each time, whether we may share your words, and whether with your name.\n"
        "- You can see everything we hold about you, change it, take it with you, or have it taken away.\n"
        "- We never sell it, and no other hub can see it."
    ),
    "conduct": (
        "We listen before we speak. We do what we said we would do. We do not talk about people who are not "
        "in the room. "
        "We meet young people only where other adults can see us, and we never swap private numbers with them."
    ),
    "safeguarding": (
        "If you are worried about somebody, tell our safeguarding lead. She will listen, write down what you "
        "said in your "
        "words, and decide with others what happens next, on the same day when it is urgent."
    ),
}
CONSENTS = {
    "membership": "You may keep my name and how to reach me, to run the hub and to tell me what happens.",
    "listening": "You may write down what I say, and keep it for three years.",
    "mentoring": "You may use what I told you about my time, my languages and my goals to find somebody who fits me.",
    "voting": "You may count my answers, without my name.",
}
