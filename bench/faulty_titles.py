"""Titles as people get them wrong, made from the titles of films by a seeded chance."""

import re
import unicodedata

# What the same keys type with the other keyboard layout.
ENGLISH_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"
RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
TO_RUSSIAN_KEYS = str.maketrans(ENGLISH_KEYS, RUSSIAN_KEYS)
TO_ENGLISH_KEYS = str.maketrans(RUSSIAN_KEYS, ENGLISH_KEYS)

# The catalogue has English titles only; these are for what is typed for Russian ones.
RUSSIAN_FILMS = [
    ("Броненосец «Потёмкин»", 1925), ("Человек с киноаппаратом", 1929), ("Земля", 1930), ("Весёлые ребята", 1934),
    ("Чапаев", 1934), ("Александр Невский", 1938), ("Волга-Волга", 1938), ("Подкидыш", 1939), ("Свинарка и пастух", 1941),
    ("Весна", 1947), ("Летят журавли", 1957), ("Тихий Дон", 1957), ("Карнавальная ночь", 1956), ("Баллада о солдате", 1959),
    ("Судьба человека", 1959), ("Человек-амфибия", 1961), ("Девчата", 1961), ("Иваново детство", 1962),
    ("Я шагаю по Москве", 1963), ("Живые и мёртвые", 1963), ("Застава Ильича", 1964),
    ("Операция «Ы» и другие приключения Шурика", 1965), ("Берегись автомобиля", 1966), ("Андрей Рублёв", 1966),
    ("Кавказская пленница", 1966), ("Вий", 1967), ("Бриллиантовая рука", 1968), ("Щит и меч", 1968),
    ("Белое солнце пустыни", 1970), ("Бег", 1970), ("Джентльмены удачи", 1971), ("Солярис", 1972),
    ("А зори здесь тихие", 1972), ("Семнадцать мгновений весны", 1973), ("Иван Васильевич меняет профессию", 1973),
    ("Калина красная", 1974), ("Зеркало", 1974), ("Афоня", 1975), ("Ирония судьбы, или С лёгким паром!", 1975),
    ("Они сражались за Родину", 1975), ("Раба любви", 1975), ("Восхождение", 1976), ("Служебный роман", 1977),
    ("Мимино", 1977), ("Обыкновенное чудо", 1978), ("Осенний марафон", 1979), ("Сталкер", 1979), ("Гараж", 1979),
    ("Москва слезам не верит", 1979), ("Экипаж", 1979), ("Приключения Шерлока Холмса и доктора Ватсона", 1979),
    ("Тот самый Мюнхгаузен", 1979), ("Пираты XX века", 1979), ("Вам и не снилось", 1980), ("Любовь и голуби", 1984),
    ("Покровские ворота", 1982), ("Вокзал для двоих", 1982), ("Жестокий романс", 1984), ("Иди и смотри", 1985),
    ("Зимний вечер в Гаграх", 1985), ("Кин-дза-дза!", 1986), ("Курьер", 1986), ("Асса", 1987), ("Холодное лето пятьдесят третьего", 1987),
    ("Собачье сердце", 1988), ("Маленькая Вера", 1988), ("Игла", 1988), ("Интердевочка", 1989), ("Урга", 1991),
    ("Утомлённые солнцем", 1994), ("Ширли-мырли", 1995), ("Особенности национальной охоты", 1995), ("Кавказский пленник", 1996),
    ("Брат", 1997), ("Вор", 1997), ("Про уродов и людей", 1998), ("Сибирский цирюльник", 1998), ("Хрусталёв, машину!", 1998),
    ("Брат 2", 2000), ("Русский ковчег", 2002), ("Кукушка", 2002), ("Возвращение", 2003), ("Ночной дозор", 2004),
    ("Дневной дозор", 2005), ("Жмурки", 2005), ("Девятая рота", 2005), ("Остров", 2006), ("Изображая жертву", 2006),
    ("Питер FM", 2006), ("Груз 200", 2007), ("Стиляги", 2008), ("Ёлки", 2010), ("Как я провёл этим летом", 2010),
    ("Географ глобус пропил", 2013), ("Горько!", 2013), ("Левиафан", 2014), ("Дурак", 2014), ("Нелюбовь", 2017),
    ("Аритмия", 2017), ("Сказка странствий", 1983), ("Гостья из будущего", 1985), ("Приключения Электроника", 1979),
    ("Неоконченная пьеса для механического пианино", 1977), ("Несколько дней из жизни Обломова", 1979),
]

# How people write Russian in Latin letters; the first is the commonest.
LATIN = {
    "а": ["a"], "б": ["b"], "в": ["v", "v", "w"], "г": ["g"], "д": ["d"], "е": ["e", "e", "e", "ye"], "ё": ["e", "yo", "jo"],
    "ж": ["zh", "zh", "j"], "з": ["z"], "и": ["i"], "й": ["y", "j", "i"], "к": ["k"], "л": ["l"], "м": ["m"], "н": ["n"],
    "о": ["o"], "п": ["p"], "р": ["r"], "с": ["s"], "т": ["t"], "у": ["u"], "ф": ["f"], "х": ["kh", "h", "h", "x"],
    "ц": ["ts", "c", "tz"], "ч": ["ch"], "ш": ["sh"], "щ": ["shch", "sch", "sh"], "ъ": [""], "ы": ["y", "i"], "ь": ["", "", "'"],
    "э": ["e"], "ю": ["yu", "u", "ju", "iu"], "я": ["ya", "ja", "ia"],
}

# How a Russian hears what is written in Latin letters, the longest first.
CYRILLIC = [
    ("tion", ["шн", "шен"]), ("ough", ["о", "оф"]), ("igh", ["ай"]), ("sch", ["ш"]), ("tch", ["ч"]), ("shch", ["щ"]),
    ("sh", ["ш"]), ("ch", ["ч"]), ("ph", ["ф"]), ("th", ["т", "з", "с"]), ("kh", ["х"]), ("ck", ["к"]), ("qu", ["кв"]),
    ("ee", ["и"]), ("ea", ["и"]), ("oo", ["у"]), ("ou", ["ау", "у"]), ("ow", ["оу"]), ("ay", ["эй"]), ("ai", ["эй"]), ("ey", ["и", "ей"]),
    ("ge", ["ж", "дже"]), ("ce", ["с", "се"]), ("ci", ["си"]), ("ya", ["я"]), ("yu", ["ю"]), ("wh", ["в", "у"]),
    ("a", ["а", "а", "э"]), ("b", ["б"]), ("c", ["к"]), ("d", ["д"]), ("e", ["е", "е", "э"]), ("f", ["ф"]), ("g", ["г"]), ("h", ["х"]),
    ("i", ["и"]), ("j", ["дж"]), ("k", ["к"]), ("l", ["л"]), ("m", ["м"]), ("n", ["н"]), ("o", ["о"]), ("p", ["п"]), ("q", ["к"]),
    ("r", ["р"]), ("s", ["с"]), ("t", ["т"]), ("u", ["у", "у", "а"]), ("v", ["в"]), ("w", ["в", "у"]), ("x", ["кс"]), ("y", ["и", "й"]), ("z", ["з"]),
]


def plain(title):
    """A title by which films count as of one title: small letters and digits, without accents."""
    letters = unicodedata.normalize("NFKD", title.lower().replace("ё", "е"))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", kept.replace("'", "").replace("’", "")))


def plain_without_article(title):
    return re.sub("^(the|a|an) (?=.)", "", plain(title))


def one_edit(text, chance):
    """A letter left out, put in, replaced, or changed with the next one."""
    alphabet = "абвгдеиклмнопрстуя" if re.search("[а-яё]", text.lower()) else "abcdefghiklmnoprstuy"
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    if not places:
        return text
    while True:
        place = chance.choice(places)
        letter = chance.choice(alphabet)
        changed = chance.choice((
            lambda: text[:place] + text[place + 1:],
            lambda: text[:place] + letter + text[place:],
            lambda: text[:place] + letter + text[place + 1:],
            lambda: text[:place] + text[place + 1:place + 2] + text[place] + text[place + 2:],
        ))()
        if changed != text and changed.strip():
            return changed


def two_edits(text, chance):
    return one_edit(one_edit(text, chance), chance)


def other_order(text, chance):
    words = text.split()
    while True:
        mixed = chance.sample(words, len(words))
        if mixed != words:
            return " ".join(mixed)


def without_a_word(text, chance):
    """Without one of the words; without a telling one, nobody could say which film is meant."""
    words = text.split()
    place = chance.randrange(len(words))
    return " ".join(words[:place] + words[place + 1:])


def in_cyrillic(text, chance):
    heard, rest = "", unicodedata.normalize("NFKD", text.lower())
    while rest:
        group, sounds = next(((group, sounds) for group, sounds in CYRILLIC if rest.startswith(group)), (rest[0], [rest[0]]))
        if len(group) == 1 and heard and group == heard_last and group in "bcdfgklmnprstz" and chance.random() < 0.5:
            rest = rest[1:]
            continue
        at_the_end = group == "e" and not rest[1:2].isalpha() and heard[-1:].isalpha()
        heard += "" if at_the_end else chance.choice(sounds)
        heard_last, rest = group, rest[len(group):]
    return "".join(letter for letter in heard if not unicodedata.combining(letter) or letter == "\u0306")


def in_latin(text, chance):
    # One writer keeps to one habit.
    habit = {letter: chance.choice(ways) for letter, ways in LATIN.items()}
    return "".join(habit.get(letter, letter) for letter in text.lower())


def in_other_layout(text, _):
    keys = TO_ENGLISH_KEYS if re.search("[а-яА-ЯёЁ]", text) else TO_RUSSIAN_KEYS
    return text.translate(keys)


def words(title):
    return plain(title).split()


def distance(one, other):
    """Letters left out, put in, replaced, or changed with the next one."""
    before, last = [], list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, other_letter in enumerate(other, 1):
            best = min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != other_letter))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == other_letter:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return last[-1]


def as_near(typed, meant, found):
    typed = typed.lower()
    return distance(typed, found.lower()) <= distance(typed, meant.lower())


def same_words(typed, _, found):
    return sorted(words(typed)) == sorted(words(found))


def one_word_more(typed, _, found):
    typed, found = words(typed), words(found)
    return any(found[:place] + found[place + 1:] == typed for place in range(len(found)))


def is_right(fault, typed, meant, found):
    """Whether a film found is the one that was meant, as far as can be told from what was typed: films of
    one title cannot be told apart, nor those from which the same fault makes the same."""
    if plain(meant) == plain(found):
        return True
    judge = AMBIGUOUS.get(fault)
    return judge is not None and judge(typed, meant, found)


AMBIGUOUS = {
    "one edit": as_near,
    "two edits": as_near,
    "another word order": same_words,
    "a word dropped": one_word_more,
}


# name: (makes it, which titles it can be made of, whether it stays in the right script)
FAULTS = {
    "as it is": (lambda text, _: text, lambda title: True, True),
    "one edit": (one_edit, lambda title: len(plain(title)) >= 5, True),
    "two edits": (two_edits, lambda title: len(plain(title)) >= 9, True),
    "another word order": (other_order, lambda title: len(set(title.split())) >= 2, True),
    "a word dropped": (without_a_word, lambda title: len(words(title)) >= 3, True),
    "Latin title in Cyrillic letters": (in_cyrillic, lambda title: title.isascii() and len(plain(title)) >= 5, False),
    "Russian title in Latin letters": (in_latin, lambda title: re.search("[а-я]", title), False),
    "wrong keyboard layout": (in_other_layout, lambda title: (title.isascii() or re.search("[а-я]", title)) and len(plain(title)) >= 3, False),
}


def make(titles, russian, each, chance):
    """Up to so many of each fault, as (fault, what is typed, title). What happens to be another film's
    title is no fault."""
    made = []
    known = {plain_without_article(title) for title in titles}
    for name, (fault, suits, _) in FAULTS.items():
        source = russian if name.startswith("Russian") else titles
        suited = [title for title in source if suits(title)]
        count = each if source is titles else 3 * len(suited)
        for title in (chance.choice(suited) for _ in range(count)):
            typed = fault(title, chance).strip()
            typed_plain = plain_without_article(typed)
            if typed_plain not in known or typed_plain == plain_without_article(title):
                made.append((name, typed, title))
    return made
