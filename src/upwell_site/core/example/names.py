"""First and family names, by community, so that the people of the example are as varied as the people of Leeds.

Families whose name would, with one of the first names, be somebody well known were left out.

A community here is only a pair of name lists with the languages that are likely beside English. It is written down
nowhere: the example's people have names and languages, like everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random


@dataclass(frozen=True, slots=True)
class Community:
    """Names that go together, how many of a hundred people bear them, and languages beside English."""

    share: int
    first: tuple[str, ...]
    family: tuple[str, ...]
    languages: tuple[str, ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COMMUNITIES = (
    Community(
        30,
        _words(
            "Alice Andrew Barbara Ben Brenda Carol Chloe Colin Daisy Darren Dawn Debbie Denise Derek Dorothy "
            "Elsie Emily Ernest Freya Gareth George Grace Harry Hazel Helen Irene Jack Janet Jean Joan Joe "
            "June Keith Lauren Lesley Lily Linda Lucy Malcolm Margaret Martin Maureen Molly Norman Oliver Pam "
            "Pauline Peter Ray Rosie Ruth Sally Shaun Sheila Stella Steve Susan Terry Thelma Tracey Trevor "
            "Vera Walter Wendy Winnie"
        ),
        _words(
            "Appleyard Barraclough Bickerdike Binns Blakey Boothroyd Broadbent Crabtree Dewhirst Earnshaw "
            "Exley Fawcett Gaunt Gledhill Haigh Hainsworth Hardcastle Hebblethwaite Hirst Holroyd Kershaw "
            "Lockwood Lumb Midgley Murgatroyd Naylor Oldroyd Pickersgill Priestley Rastrick Robertshaw Sowden "
            "Sugden Swithenbank Sykes Thackray Threlfall Umpleby Varley Wadsworth Whitwam Womersley"
        ),
    ),
    Community(
        13,
        _words(
            "Aaliyah Adeel Aisha Amna Asim Bilal Faisal Farah Fozia Haroon Hina Imran Iqra Javed Kiran Maryam "
            "Mehreen Nabeel Naheed Nasreen Qasim Rizwan Saima Samina Shabana Shazia Tariq Umar Yasmin Zainab "
            "Zahid"
        ),
        _words(
            "Akhtar Anwar Aslam Bashir Begum Bi Chaudhry Dar Hameed Hussain Iqbal Jabeen Kauser Khalid "
            "Mahmood Malik Nawaz Parveen Qureshi Rafiq Rashid Saleem Shafiq Siddique Yaqoob Zaman"
        ),
        ("ur", "pa"),
    ),
    Community(
        6,
        _words(
            "Amarjit Baljit Balwinder Daljit Gurdeep Gurpreet Harjit Harpreet Jasbir Jaswinder Kulwant Manjit "
            "Navdeep Parminder Rajinder Ravinder Sarbjit Simran Sukhdev Tejinder"
        ),
        _words(
            "Bhogal Chahal Deol Dhaliwal Dhillon Gill Grewal Hothi Jandu Kalsi Kaur Mann Panesar Rai Sahota "
            "Sandhu Sidhu Singh Sohal Virdi"
        ),
        ("pa",),
    ),
    Community(
        5,
        _words("Amit Bhavna Dhruv Hansa Jayesh Ketan Kiran Meera Nilesh Nisha Pooja Rakesh Reena Sunita Vijay Yogesh"),
        _words("Chauhan Desai Joshi Lad Mistry Naik Parmar Patel Raval Solanki Tailor Thakkar Vaghela"),
        ("gu",),
    ),
    Community(
        4,
        _words("Abdul Afsana Farida Habib Jahanara Kamrul Monira Nazma Rehana Ruksana Shahida Shamim Sultana Tahmina"),
        _words("Ahmed Ali Bibi Choudhury Haque Islam Khatun Miah Mondal Rahman Sarkar Talukdar Uddin Ullah"),
        ("bn",),
    ),
    Community(
        8,
        _words(
            "Althea Beverley Carlton Claudette Clive Cynthia Delroy Desmond Errol Everton Gloria Hyacinth "
            "Jermaine Joy Leroy Marcia Marva Merlene Monica Neville Olive Patrice Sonia Tamika Valda Yvonne"
        ),
        _words(
            "Allwood Archibald Battieste Bowen Browne Caines Clarke Daley Dyer Francis Henry Hylton Isles "
            "Liburd Maynard Nisbett Paris Phipps Prescod Rawlins Richards Skeete Stapleton Walwyn Warner "
            "Wilkes"
        ),
    ),
    Community(
        6,
        _words(
            "Abena Adaeze Akosua Bisi Bolanle Chidi Chipo Ebele Emeka Esi Folake Fumbi Ifeoma Kofi Kwabena "
            "Kwame Ngozi Nyasha Obinna Rudo Segun Tariro Temitope Tendai Tunde Yaa"
        ),
        _words(
            "Abiodun Adeyemi Adjei Afolabi Agyeman Amoah Bello Boateng Chikwanha Chukwu Eze Gumbo Kuti Makoni "
            "Mensah Moyo Ncube Nwosu Okafor Olatunde Osei Owusu Sibanda"
        ),
        ("yo",),
    ),
    Community(
        5,
        _words(
            "Abdi Abel Ayaan Bilen Dahir Eden Filmon Hodan Idil Luwam Mebrat Merhawi Nimco Rahwa Sahra Selam "
            "Semira Senait Tesfay Warsame Yohannes Yonas Zeinab"
        ),
        _words(
            "Abraha Adan Ahmedin Berhane Farah Gebre Ghebremedhin Haile Hassan Jama Kidane Mohamud Nur Osman "
            "Tekle Tesfay Warsame Woldu Yusuf Zerai"
        ),
        ("ti", "so", "ar"),
    ),
    Community(
        5,
        _words(
            "Ahlam Ali Avin Azad Bahar Bassam Dilan Fadi Farhad Ghazal Hana Hiwa Jwan Karwan Laleh Mahsa "
            "Maryam Nadim Navid Omid Reem Rojin Samir Shirin Soran Yara Zara"
        ),
        _words(
            "Aziz Barzanji Darwish Farhadi Habibi Haddad Hamid Ibrahim Jaber Kamali Karimi Khoury Mahmoudi "
            "Mansour Mustafa Nasser Qader Rahmani Rostami Sabri Saleh Tahiri"
        ),
        ("ar", "ku", "fa"),
    ),
    Community(
        8,
        _words(
            "Agnieszka Aleksandra Bartek Beata Danuta Dorota Ewa Grzegorz Halina Iwona Jacek Justyna "
            "Katarzyna Krzysztof Łukasz Magda Małgorzata Marek Mateusz Ola Paweł Piotr Renata Tomasz Wiesława "
            "Zofia"
        ),
        _words(
            "Adamczyk Baran Chmiel Dudek Gajda Górski Jabłoński Kaczmarek Kołodziej Kozłowska Krawiec "
            "Majewska Nowicka Olszewski Pawlak Sikora Sobczak Szymańska Urban Wilk Wolska Wróbel Zając "
            "Zielony"
        ),
        ("pl",),
    ),
    Community(
        5,
        _words(
            "Adrian Alina Andrei Bianca Bogdan Cosmin Daniela Doina Elena Florin Gabriela Ioana Ionuț "
            "Luminița Mihai Mirela Nicoleta Raluca Radu Ștefan Viorel"
        ),
        _words(
            "Albu Balan Ciobanu Cojocaru Constantin Dinu Dobre Dumitru Florea Grigore Lupu Manole Matei "
            "Mocanu Munteanu Neagu Oprea Popa Rusu Stoica Toma Vasile"
        ),
        ("ro",),
    ),
    Community(
        2,
        _words("Dagmar Erika Jana Jozef Kveta Ladislav Marcela Milan Patrik Renata Rastislav Zdena Zuzana"),
        _words("Balog Dunka Gaži Horváth Kandráč Kováč Lakatoš Mižigár Olah Pešta Tancoš Žiga"),
        ("sk",),
    ),
    Community(
        2,
        _words("Chi-Ming Fung Hei-Tung Ka-Yan Kwok-Wai Mei-Ling Siu-Fong Wai-Lam Wing-Yan Yuk-Ying Tsz-Ching"),
        _words("Chan Cheung Chow Fung Ho Kwok Lai Lam Leung Mak Ng Tsang Wong Yip Yuen"),
        ("zh",),
    ),
    Community(
        1,
        _words("Bohdan Halyna Iryna Kateryna Mykola Nataliia Oksana Oleh Olena Svitlana Taras Vira Yurii"),
        _words("Bondar Hnatiuk Koval Kravets Lysenko Marchuk Melnyk Petrenko Savchuk Tkachuk"),
        ("uk",),
    ),
)


class Names:
    """Draws names without giving one twice, until all pairs are used; then with a middle initial."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.used: set[str] = set()
        self.shares = [community.share for community in COMMUNITIES]

    def draw(self) -> tuple[str, tuple[str, ...]]:
        """Return a name, and the languages that go with it."""
        community = self.rng.choices(COMMUNITIES, self.shares)[0]
        first, family = self.rng.choice(community.first), self.rng.choice(community.family)
        for name in self._forms(first, family):
            if name not in self.used:
                self.used.add(name)
                break
        spoken: tuple[str, ...] = ("en",)
        if community.languages and self.rng.random() < 0.8:
            spoken = ("en", self.rng.choice(community.languages))
            if self.rng.random() < 0.12:
                spoken = spoken[1:]
        return name, spoken

    def _forms(self, first: str, family: str) -> Iterator[str]:
        yield f"{first} {family}"
        letters = "ABCDEFGHJKLMNPRSTW"
        start = self.rng.randrange(len(letters))
        for n in range(len(letters)):
            yield f"{first} {letters[(start + n) % len(letters)]}. {family}"
        for n in count(2):
            yield f"{first} {letters[start]}. {family}-{letters[n % len(letters)]}{n}"
