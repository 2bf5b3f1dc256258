"""What words mean to the composer, in tables: grammar, stand-ins, moods, colours, role kits.

A hand table beats the embedding wherever the answer is a kind of something (breeds, species,
dishes). What belongs here: tables of words. What does not: how they are applied (`words`,
`parsing`) and where things go on a subject (`wardrobe`).
"""

from __future__ import annotations


def rows(table: dict[str, str]) -> dict[str, str]:
    """``{name: "word word two_words"}`` turned round: word -> name."""
    return {word.replace("_", " "): name for name, words in table.items() for word in words.split()}


def words(text: str) -> tuple[str, ...]:
    """Words written one after another; lists of strings would fill pages."""
    return tuple(text.split())


# --- grammar ----------------------------------------------------------------------------------
RELATIONS = frozenset(
    words(
        "skateboarding skating skiing sledding cycling boxing singing fishing shopping studying"
        " camping swimming diving wearing with holding carrying eating drinking sipping reading"
        " riding surfing playing doing on in inside under having and cooking hugging chasing"
        " driving flying floating sitting standing lying resting sleeping dancing running waving"
        " meditating made from as at by near beside next dressed through over eats drinks wears"
        " holds rides reads plays"
    )
)
CONSUMING = set(
    words("eating drinking sipping reading playing cooking hugging eats drinks reads plays")
)
RIDING = {"riding", "rides", "surfing", "driving", "on"}
SILENT = set(
    words(
        "floating driving hugging chasing cooking eating drinking reading playing sitting"
        " standing lying resting"
    )
)
STOP = set(
    words(
        "a an the of its his her their my your our some very super really big little small tiny"
        " giant huge it is are who that which this style sticker stickers drawing picture image"
        " illustration design emoji icon one single pair to for up down top front background"
        " portrait character mascot logo art cartoon realistic cyberpunk painting photo"
        " cool-looking vector high quality detailed beautiful lovely nice pretty old young baby"
        " fluffy fuzzy chubby fat round simple minimal wearing while into out off"
    )
)
# said out loud when met, so that nobody wonders
NUMBERS = set(
    words("two three four five six seven eight nine ten dozen many several couple group crowd")
)
NEGATIONS = {"no", "not", "without", "never"}

# --- meaning ----------------------------------------------------------------------------------
MOODS = rows(
    {
        "angry": "grumpy angry mad furious annoyed cranky moody evil mean fierce",
        "sad": "sad crying lonely melancholic heartbroken tearful gloomy",
        "sleepy": "sleepy tired lazy sleeping napping exhausted drowsy snoozing bored",
        "love": "loving love romantic adoring lovestruck valentine valentines",
        "happy": "happy cute kawaii smiling cheerful joyful funny adorable friendly smiley jolly"
        " excited playful laughing",
        "scared": "scared nervous anxious worried shy afraid frightened stressed",
    }
)
# OKLab hues
COLOURS: dict[str, float] = {
    "red": 25,
    "crimson": 20,
    "orange": 55,
    "golden": 85,
    "gold": 85,
    "yellow": 100,
    "lime": 125,
    "green": 145,
    "mint": 165,
    "teal": 185,
    "turquoise": 195,
    "blue": 255,
    "indigo": 280,
    "violet": 300,
    "purple": 305,
    "magenta": 335,
    "pink": 355,
}

# word -> what it adds: part names, or backdrop:, pose:, tint: with a value
HINTS: dict[str, tuple[str, ...]] = {
    word: tuple(adds.split())
    for words, adds in {
        "space astronaut cosmonaut": "space-helmet backdrop:night",
        "cosmic galaxy galactic starry night magical moonlit": "backdrop:night",
        "wise nerdy smart clever professor studious geeky teacher librarian": "glasses",
        "cool hipster stylish badass": "sunglasses",
        "birthday party": "party-hat backdrop:rays",
        "retro vintage groovy": "backdrop:rays",
        "rainbow colorful colourful": "tint:rainbow",
        "royal king queen prince princess": "crown",
        "emperor": "crown cape",
        "chef cook baker": "chef-hat apron",
        "barista": "apron hot-beverage",
        "wizard witch sorcerer magic magician": "wizard-hat",
        "pirate": "pirate-hat eyepatch",
        "samurai": "kabuto dagger",
        "ninja": "headband",
        "cowboy cowgirl sheriff": "cowboy-hat",
        "viking": "viking-helmet",
        "santa christmas xmas": "santa-hat",
        "detective spy": "detective-hat magnifying-glass-tilted-left",
        "superhero hero super-hero": "cape",
        "vampire dracula": "cape",
        "angel angelic heavenly": "halo wings",
        "fairy": "wings",
        "devil devilish demon": "devil-horns",
        "gentleman fancy": "top-hat monocle",
        "posh dapper": "monocle bow-tie",
        "doctor nurse": "stethoscope",
        "artist painter": "beret artist-palette",
        "french parisian": "beret baguette-bread",
        "gamer gaming": "headphone video-game",
        "dj": "headphone",
        "rockstar rocker": "sunglasses guitar",
        "musician": "guitar",
        "graduate graduation student": "graduation-cap",
        "builder worker construction": "rescue-workers-helmet",
        "firefighter": "rescue-workers-helmet fire-extinguisher",
        "explorer": "billed-cap compass",
        "gardener": "straw-hat potted-plant",
        "farmer": "straw-hat ear-cups surfboard",
        "mexican": "straw-hat moustache",
        "winter snowy cold cozy cosy": "beanie",
        "knight": "shield",
        "athlete sporty": "headband",
        "beach summer tropical": "sunglasses backdrop:rays",
        "surfing surfer": "surfboard backdrop:waves",
        "skateboarding skating skater": "skateboard",
        "skiing": "skis",
        "sledding sledging": "sled",
        "cycling biking": "bicycle",
        "boxing boxer": "boxing-glove",
        "singing singer": "microphone",
        "fishing fisherman": "fishing-pole",
        "shopping": "shopping-bags",
        "studying": "glasses books",
        "camping": "tent backdrop:hills",
        "swimming diving": "backdrop:waves",
        "flying": "wings",
        "yoga meditating meditation zen": "pose:yoga",
        "dancing dance waving running jogging jumping": "pose:wave",
        "dreamy heaven sky clouds": "backdrop:cloud",
        "forest garden field park meadow jungle farm woods outdoors": "backdrop:hills",
        "ocean sea underwater lake river pool": "backdrop:waves",
        "celebrating celebration confetti": "backdrop:confetti",
    }.items()
    for word in words.split()
    for adds in [adds]
}

# a word the art sets have under another name, or a near kin; the note says so when it is kin
KIN = rows(
    {
        "dog-face": "corgi shiba pug husky dachshund labrador retriever terrier beagle doge"
        " chihuahua dalmatian rottweiler bulldog hound mutt collie shiba_inu golden_retriever"
        " french_bulldog german_shepherd great_dane",
        "poodle": "labradoodle cockapoo",
        "cat-face": "tabby siamese sphynx calico persian_cat maine_coon",
        "black-cat": "panther",
        "hamster": "capybara gerbil guinea_pig vole",
        "mouse-face": "shrew",
        "rat": "opossum possum",
        "blowfish": "pufferfish puffer",
        "lizard": "axolotl newt salamander gecko chameleon iguana",
        "t-rex": "dinosaur dino tyrannosaurus raptor velociraptor",
        "sauropod": "brontosaurus diplodocus brachiosaurus",
        "bear": "grizzly quokka wombat",
        "raccoon": "red_panda tanuki",
        "kangaroo": "wallaby",
        "fish": "goldfish koi salmon tuna",
        "bird": "sparrow robin finch canary bluebird hummingbird",
        "front-facing-baby-chick": "chickadee",
        "eagle": "hawk falcon vulture",
        "parrot": "cockatoo macaw toucan",
        "black-bird": "raven crow",
        "honeybee": "bumblebee wasp hornet",
        "llama": "alpaca vicuna",
        "ewe": "lamb",
        "deer": "elk reindeer caribou stag fawn",
        "horse-face": "pony stallion mustang",
        "cow-face": "bull calf",
        "lion": "lioness",
        "tiger-face": "tigress",
        "leopard": "cheetah jaguar lynx",
        "gorilla": "ape chimp chimpanzee bigfoot yeti",
        "spouting-whale": "beluga narwhal",
        "dolphin": "porpoise",
        "crab": "hermit_crab",
        "octopus": "kraken",
        "cupcake": "muffin",
        "chestnut": "acorn hazelnut",
        "steaming-bowl": "pho udon",
        "alembic": "potion elixir",
        "dagger": "katana saber sword",
        "castle": "fortress",
        "convenience-store": "shop store",
        "house": "cabin cottage",
        "potted-plant": "bonsai",
        "seal": "walrus sea_lion manatee dugong",
        "motor-scooter": "moped vespa",
        "skull": "skeleton",
        "ogre": "monster",
        "alien-monster": "creature",
        "person": "pirate samurai viking cowboy gentleman knight devil explorer",
        "tokyo-tower": "eiffel_tower lighthouse",
    }
)
SAME = rows(
    {
        "dog-face": "dog puppy pup doggo hound_dog",
        "cat-face": "cat kitten kitty kittycat",
        "cow-face": "cow",
        "horse-face": "horse",
        "pig-face": "pig piglet",
        "mouse-face": "mouse",
        "monkey-face": "monkey",
        "tiger-face": "tiger",
        "rabbit-face": "rabbit bunny",
        "hatching-chick": "hatchling",
        "hippopotamus": "hippo",
        "rhinoceros": "rhino",
        "crocodile": "croc alligator",
        "chipmunk": "squirrel",
        "lady-beetle": "ladybug ladybird",
        "bread": "toast loaf",
        "derelict-house": "haunted_house abandoned_house",
        "hiking-boot": "boot",
        "clinking-beer-mugs": "beers",
        "front-facing-baby-chick": "chick",
        "chicken": "hen",
        "honeybee": "bee",
        "bear": "teddy_bear_face",
        "teddy-bear": "teddy plushie",
        "raccoon": "trash_panda",
        "person-in-lotus-position": "yogi",
        "alien": "extraterrestrial martian",
        "robot": "android bot cyborg",
        "ghost": "spirit phantom",
        "jack-o-lantern": "pumpkin halloween_pumpkin",
        "steaming-bowl": "ramen noodles noodle_soup soup ramen_bowl",
        "spaghetti": "pasta",
        "french-fries": "fries",
        "hamburger": "burger cheeseburger",
        "doughnut": "donut",
        "soft-ice-cream": "ice_cream icecream ice_cream_cone gelato",
        "shortcake": "cake",
        "birthday-cake": "birthday_cake",
        "cheese-wedge": "cheese",
        "hot-beverage": "coffee latte cappuccino espresso mug coffee_mug cup_of_coffee cocoa"
        " cup_of_tea tea hot_chocolate coffee_cup teacup",
        "bubble-tea": "boba boba_tea milk_tea",
        "cup-with-straw": "soda smoothie cola milkshake",
        "beer-mug": "beer pint",
        "cocktail-glass": "cocktail martini",
        "tropical-drink": "mojito pina_colada",
        "wine-glass": "wine",
        "glass-of-milk": "milk",
        "sushi": "nigiri",
        "open-book": "book novel storybook",
        "laptop": "notebook_computer macbook",
        "desktop-computer": "computer pc monitor",
        "mobile-phone": "phone smartphone iphone",
        "headphone": "headphones headset",
        "glasses": "spectacles eyeglasses reading_glasses",
        "sunglasses": "shades",
        "soccer-ball": "football_ball",
        "video-game": "gamepad controller game_controller joystick",
        "guitar": "electric_guitar",
        "crossed-swords": "swords",
        "magic-wand": "wand",
        "cactus": "succulent",
        "potted-plant": "houseplant plant pot_plant",
        "tulip": "tulips",
        "rose": "roses",
        "cherry-blossom": "sakura blossom",
        "mushroom": "toadstool",
        "evergreen-tree": "pine pine_tree fir",
        "palm-tree": "palm",
        "bouquet": "flowers bunch_of_flowers",
        "sunflower": "sunflowers",
        "full-moon-face": "moon_face",
        "full-moon": "moon full_moon",
        "crescent-moon": "half_moon",
        "sun": "sunshine",
        "sun-with-face": "sun_face",
        "glowing-star": "star",
        "ringed-planet": "planet saturn",
        "globe-showing-americas": "earth globe world",
        "rocket": "spaceship spacecraft rocket_ship rocketship",
        "flying-saucer": "ufo",
        "automobile": "car",
        "racing-car": "race_car formula_one sportscar sports_car",
        "motorcycle": "motorbike",
        "bicycle": "bike",
        "person-surfing": "surfer",
        "sled": "sleigh",
        "rolled-up-newspaper": "newspaper",
        "gem-stone": "diamond gem crystal jewel",
        "red-heart": "heart",
        "mage": "wizard witch sorcerer warlock magician",
        "mermaid": "siren",
        "superhero": "superhero superman batman",
        "ninja": "ninja",
        "astronaut": "astronaut cosmonaut",
        "cook": "chef cook",
        "baby-angel": "angel cherub",
        "princess": "princess queen",
        "prince": "prince king",
        "santa-claus": "santa father_christmas",
        "t-rex": "trex t_rex",
        "package": "box cardboard_box parcel",
        "bathtub": "bath tub bubble_bath",
        "teacup-without-handle": "matcha green_tea",
        "pile-of-poo": "poop poo",
        "light-bulb": "lightbulb idea",
        "camera": "polaroid",
        "television": "tv",
        "locomotive": "steam_train",
        "high-speed-train": "bullet_train",
        "wrapped-gift": "gift present",
        "umbrella": "parasol",
        "graduation-cap": "mortarboard",
        "billed-cap": "cap baseball_cap",
        "womans-hat": "sun_hat",
        "straw-hat": "straw_hat sombrero fedora",
        "wizard-hat": "wizard_hat witch_hat magician_hat pointed_hat witchs_hat wizards_hat",
        "party-hat": "party_hat birthday_hat",
        "chef-hat": "chef_hat cook_hat toque chefs_hat",
        "bow-tie": "bow_tie bowtie",
        "space-helmet": "space_helmet astronaut_helmet spacesuit space_suit astronaut_suit",
        "pirate-hat": "pirate_hat tricorn",
        "cowboy-hat": "cowboy_hat stetson",
        "viking-helmet": "viking_helmet horned_helmet",
        "santa-hat": "santa_hat christmas_hat",
        "detective-hat": "detective_hat deerstalker sherlock_hat",
        "kabuto": "samurai_helmet kabuto",
        "eyepatch": "eyepatch eye_patch",
        "cape": "cape cloak superhero_cape",
        "halo": "halo",
        "devil-horns": "devil_horns horns",
        "beanie": "beanie winter_hat knit_hat woolly_hat wool_hat bobble_hat",
        "monocle": "monocle",
        "apron": "apron",
        "moustache": "moustache mustache",
        "wings": "angel_wings fairy_wings wings",
        "surfboard": "surfboard surf_board",
        "beret": "beret french_hat",
        "headband": "headband bandana sweatband ninja_headband",
        "flower-crown": "flower_crown flower_wreath wreath",
        "top-hat": "hat tophat",
    }
)
