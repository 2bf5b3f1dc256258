"""What the composer can put on, under and around a subject, in tables.

What belongs here: names of drawings and the slots they go to. What does not: words of prompts
(`lexicon`) and the geometry of a slot (`placing`).
"""

from __future__ import annotations

from maquette.engines.composer.lexicon import rows, words

OWN_PARTS = words(
    "wizard-hat party-hat chef-hat bow-tie space-helmet pirate-hat cowboy-hat viking-helmet"
    " santa-hat detective-hat kabuto eyepatch cape halo devil-horns beanie monocle apron"
    " moustache wings beret headband flower-crown straw-hat ear-cups surfboard"
)

# --- where a part goes ------------------------------------------------------------------------
SLOTS = rows(
    {
        "hat": "top-hat crown graduation-cap womans-hat billed-cap military-helmet"
        " rescue-workers-helmet wizard-hat party-hat chef-hat pirate-hat cowboy-hat"
        " viking-helmet santa-hat detective-hat kabuto beanie beret flower-crown straw-hat"
        " devil-horns",
        "halo": "halo",
        "brow": "headband",
        "eyes": "glasses sunglasses goggles",
        "one_eye": "eyepatch monocle",
        "lip": "moustache",
        "ears": "headphone ear-cups",
        "ride": "surfboard skateboard sled skis flying-saucer flying-disc motor-scooter bicycle"
        " motorcycle roller-skate automobile racing-car rocket",
        "helmet": "space-helmet",
        "neck": "scarf necktie bow-tie",
        "body": "apron",
        "back": "cape wings",
    }
)
ON_FACE = ("eyes", "one_eye", "lip")  # a thing that wears these needs a face
# what is worn looks other than what lies there
WORN_AS = {"headphone": "ear-cups"}
VESSELS = set(
    words(
        "bathtub hot-beverage teacup-without-handle package bowl-with-spoon pot-of-food"
        " beer-mug shopping-cart basket cup-with-straw wastebasket bucket nest-with-eggs"
        " wrapped-gift"
        " sailboat canoe potted-plant luggage handbag backpack hiking-boot womans-boot jar"
        " shallow-pan-of-food takeout-box glass-of-milk tropical-drink steaming-bowl canned-food"
    )
)
FLOORS = set(
    words(
        "full-moon crescent-moon cloud rainbow desert-island mountain bed couch-and-lamp toilet"
        " beach-with-umbrella ringed-planet globe-showing-americas chair snow-capped-mountain rock"
        " lotus mushroom"
    )
)

# a mood's own drawing, where the art sets have one
SIBLINGS = {
    ("cat-face", "angry"): "pouting-cat",
    ("cat-face", "sad"): "crying-cat",
    ("cat-face", "love"): "smiling-cat-with-heart-eyes",
    ("cat-face", "happy"): "grinning-cat",
    ("cat-face", "scared"): "weary-cat",
    ("person", "sad"): "person-frowning",
    ("person", "angry"): "person-pouting",
}
PROPS = {
    "angry": "anger-symbol",
    "sad": "droplet",
    "sleepy": "zzz",
    "love": "red-heart",
    "happy": "sparkles",
    "scared": "sweat-droplets",
}
FACELESS_GROUPS = ("Animals & Nature", "Smileys & Emotion", "People & Body")
# in "Animals & Nature" but with no face of their own
PLANTS = set(
    words(
        "cactus potted-plant evergreen-tree deciduous-tree palm-tree seedling herb shamrock"
        " four-leaf-clover maple-leaf fallen-leaf leaf-fluttering-in-wind mushroom rose tulip"
        " sunflower hibiscus cherry-blossom blossom bouquet lotus hyacinth wilted-flower"
        " sheaf-of-rice coral wood rock spiral-shell feather nest-with-eggs empty-nest white-flower"
        " rosette jack-o-lantern"
    )
)
