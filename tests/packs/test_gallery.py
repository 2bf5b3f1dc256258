"""The gallery page: all there is to say is said, whatever people wrote is text, links lead on."""

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from maquette.packs import gallery
from maquette.packs.gallery import Download, NotMade, PackCard, PackPage, PageSticker, Refusal
from maquette.provenance import COMPOSED, DIGITAL_SOURCE, PHOTOGRAPH, TRAINED, Provenance
from tests import zoo

VIEWER = b"customElements.define('model-viewer', class extends HTMLElement {});"
HOSTILE = {
    "quotes": "a \"cat\" called 'Tom' & co",
    "script": "</script><script>alert(1)</script>",
    "attribute": '" onload="alert(1)" x="',
    "template": "{{ 7 * 7 }} {% raw %} ${x}",
    "tags": "</dialog></template><h1>",
    "emoji": "\N{FOX FACE}\N{ZERO WIDTH JOINER}\N{FIRE}",
    "right-to-left": "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED}",
    "long": "x" * 500,
    "slashes": "../../etc/passwd\\..\\",
}


def sticker(name="cat", **facts):
    """A sticker with everything a page can say."""
    plain = PageSticker(
        id=name,
        words=f"a round {name}",
        png=f"png/{name}.png",
        glb=f"glb/{name}.glb",
        glb_data=b"glTF of " + name.encode(),
        usdz=f"usdz/{name}.usdz",
        preview=f"preview/{name}.png",
        size_m=(0.2, 0.134),
        provenance=zoo.provenance(f"draw a {name}"),
        style="art_style",
        emoji=("\N{CAT FACE}",),
        approximate=True,
        notes=("'corgi' is drawn as dog",),
    )
    return replace(plain, **facts)


def pack(*stickers, **facts):
    """A pack with a viewer."""
    plain = PackPage("Space cats", stickers or (sticker(), sticker("dog")), viewer=VIEWER)
    return replace(plain, **facts)


class Reader(HTMLParser):
    """What a browser would see: elements with attributes, and the text between them."""

    def __init__(self, files):
        super().__init__()
        self.found, self.texts, self._open = [], [], []
        self.feed(files["index.html"].decode())
        self.close()
        assert [] == self._open

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert tag == self._open.pop()

    def handle_data(self, text):
        self.texts.append(text)

    def all(self, tag):
        """The attributes of every such element, in order."""
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def text(self):
        """All that can be read."""
        return " ".join(" ".join(self.texts).split())

    @property
    def links(self):
        """Every relative address the page names, decoded."""
        named = [a.get(n) for _, a in self.found for n in ("href", "src", "poster", "ios-src")]
        named += [a.get(f"data-{n}") for _, a in self.found for n in ("viewer", "model", "glb")]
        return {unquote(urlsplit(n).path) for n in named if n and not n.startswith(("#", "data:"))}


def read(page):
    """The page of a pack, read."""
    return Reader(gallery.page(page))


def test_page_is_made_of_these_files():
    """A page, its look, its manners, the viewer, and a script per solid."""
    expected = ["index.html", "models/cat.js", "models/dog.js"]
    expected += ["page/model-viewer.js", "page/page.css", "page/page.js"]
    assert expected == sorted(gallery.page(pack()))


def test_same_pack_gives_same_bytes():
    """Nothing of the time or place of making is in the page."""
    assert gallery.page(pack()) == gallery.page(pack())


def test_page_without_viewer_shows_pictures():
    """Where the viewer is not at hand the page has no solids and no scripts for them."""
    files = gallery.page(pack(viewer=b""))
    assert ["index.html", "page/page.css", "page/page.js"] == sorted(files)
    assert [] == Reader(files).all("model-viewer")
    assert "model-viewer" not in Reader(files).text


def test_links_lead_to_what_is_there():
    """Everything the page names is written with it or was named by the pack."""
    page = pack(
        downloads=(Download("WhatsApp", "whatsapp/cats.wastickers", 2),),
        whole="cats.zip",
        sheet="sheet.jpg",
        about="pack.json",
        all_packs="../index.html",
    )
    given = {"whatsapp/cats.wastickers", "cats.zip", "sheet.jpg", "pack.json", "../index.html"}
    given |= {path for s in page.stickers for path in (s.png, s.glb, s.usdz, s.preview)}
    assert given | set(gallery.page(page)) - {"index.html"} == read(page).links


@pytest.mark.parametrize(
    "path", ["javascript:alert(1)", "//evil.example/x", "a?b#c.png", "a b'\".zip"]
)
def test_links_stay_in_the_folder(path):
    """A path is never a scheme, a host, a query or a fragment, whatever is in it."""
    address = next(a["href"] for a in read(pack(whole=path)).all("a") if "download" in a)
    parts = urlsplit(address)
    assert ("", "", "", "") == (parts.scheme, parts.netloc, parts.query, parts.fragment)


def test_models_are_held_by_their_scripts():
    """A solid's script hands over its name and the very bytes of its GLB."""
    script = gallery.model_script(sticker(name='c"at'))
    name, data = re.fullmatch(r'takeModel\((".*"), "([\w+/=]*)"\);\n', script.decode()).groups()
    assert '"c\\"at"' == name
    assert b'glTF of c"at' == base64.b64decode(data)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_words_are_text(words):
    """Whatever people write comes out as they wrote it, and adds no element to the page."""
    evil = sticker(words=words, style=words, notes=(words,), provenance=zoo.provenance(words))
    refusal = Download("LINE", "", 0, (Refusal(words, words),))
    aside = (NotMade(words, words, words, words),)
    texts = dict.fromkeys(("name", "publisher", "theme", "licence"), words)
    found = read(pack(evil, downloads=(refusal,), not_made=aside, **texts))
    texts = {"publisher": "p", "theme": "t", "licence": "l"}
    plain = read(pack(sticker(), downloads=(refusal,), not_made=aside, **texts))
    assert [tag for tag, _ in plain.found] == [tag for tag, _ in found.found]
    assert [set(a) - {"class"} for _, a in plain.found] == [
        set(a) - {"class"} for _, a in found.found
    ]
    assert 12 <= found.text.count(" ".join(words.split()))
    assert {words} == {img["alt"] for img in found.all("img")} - {"", "Open in AR"}


def test_unprintable_characters_are_replaced():
    """Control characters and halves of characters become the sign for what cannot be shown."""
    files = gallery.page(pack(sticker(words="a\x00b\x1bc\ud83dd")))
    assert "a\ufffdb\ufffdc\ufffdd" in files["index.html"].decode()


def test_sticker_without_words_is_called_by_its_name():
    """A picture with no words at all still has a name to be read out."""
    assert "cat" == read(pack(sticker(words="  "))).all("model-viewer")[0]["alt"]


def test_policy_lets_nothing_out():
    """The page forbids itself everything but its own folder, inline scripts above all."""
    (policy,) = [m["content"] for m in read(pack()).all("meta") if "http-equiv" in m]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert "'none'" == rules["default-src"]
    assert {"'self'", "file:", "'wasm-unsafe-eval'"} == set(rules["script-src"].split())
    assert not re.search(r"https?:|\*", policy)


def test_nothing_comes_from_elsewhere():
    """Neither pages nor style sheet nor our script name another host, nor handle events inline."""
    files = gallery.page(pack(viewer=b""))
    for name, data in files.items():
        addresses = set(re.findall(r"(?:https?:)?//[\w.]+\.\w+", data.decode()))
        assert addresses <= {"http://www.w3.org"}, name  # the icon's own namespace
    assert [] == [a for _, attributes in Reader(files).found for a in attributes if a[:2] == "on"]


@pytest.mark.parametrize(
    ("facts", "placement", "told"),
    [
        pytest.param({}, "floor", "upright on a floor or table", id="plane"),
        pytest.param({"alignment": "vertical"}, "wall", "flat on a wall", id="wall"),
        pytest.param({"anchor": "face"}, "floor", "in front of a face", id="face"),
        pytest.param(
            {"anchor": "world", "alignment": "vertical"}, "floor", "in mid-air", id="world"
        ),
    ],
)
def test_viewer_is_told_where_to_place(facts, placement, told):
    """AR modes, placement and real size follow the sticker's anchor."""
    found = read(pack(sticker(**facts)))
    (viewer,) = found.all("model-viewer")
    expected = {
        "ar-modes": "webxr scene-viewer quick-look",
        "ar-placement": placement,
        "ar-scale": "fixed",
        "ios-src": "usdz/cat.usdz",
        "poster": "preview/cat.png",
        "alt": "a round cat",
    }
    assert expected == {name: viewer[name] for name in expected}
    assert told in found.text


def test_quick_look_is_given_the_package():
    """The link for Apple's viewer holds one picture and nothing else, as Safari asks for."""
    found = read(pack(sticker()))
    at = next(n for n, (_, a) in enumerate(found.found) if a.get("rel") == "ar")
    assert "usdz/cat.usdz#allowsContentScaling=0" == found.found[at][1]["href"]
    assert "img" == found.found[at + 1][0]


@pytest.mark.parametrize(
    ("size_m", "told"),
    [((0.2, 0.134), "20 × 13.4 cm"), ((0.075, 0.01), "7.5 × 1 cm")],
    ids=["millimetres", "small"],
)
def test_size_is_told_in_centimetres(size_m, told):
    """Whole centimetres have no decimals, others one."""
    assert told in read(pack(sticker(size_m=size_m))).text


def test_moving_stickers_can_be_stopped():
    """What moves says so, and has a button to stop it; what stands has none."""
    found = read(pack(sticker(motion="bob"), sticker("dog")))
    assert ["data-moves" in viewer for viewer in found.all("model-viewer")] == [True, False]
    assert 1 == len([b for b in found.all("button") if "play" in b["class"]])
    assert "1 moving" in found.text


@pytest.mark.parametrize(
    ("source_type", "mark"),
    [
        pytest.param(TRAINED, "Made by a machine. A trained model", id="trained"),
        pytest.param(COMPOSED, "Made by a machine. A program composed", id="composed"),
        pytest.param(PHOTOGRAPH, "From a photograph.", id="photograph"),
        pytest.param(DIGITAL_SOURCE + "algorithmicMedia", "Made by a machine.", id="rules"),
        pytest.param("", "Made by a machine.", id="unsaid"),
    ],
)
def test_machine_mark_is_told(source_type, mark):
    """Every page says what part a machine had, in the pack and in the sticker."""
    made = replace(zoo.provenance(), source_type=source_type)
    found = read(pack(sticker(provenance=made)))
    assert mark in found.text
    assert 2 == found.text.count(mark.partition(".")[0])


def test_making_is_told():
    """Prompt, seed, engine, weights, licences and every step stand in the panel."""
    text = read(pack(sticker(), licence="CC-BY-4.0")).text
    for told in ("draw a cat", "Seed 7", "Engine composer", "Licence CC-BY-4.0"):
        assert told in text
    assert "Weights and art MIT, Apache-2.0" in text
    assert "draw by composer, version 1 abababababab art cdcdcdcdcdcd" in text
    assert "cut , version 2 efefefefefef" in text


def test_nothing_is_told_of_what_is_not_known():
    """A sticker without history has no empty rows."""
    bare = sticker(provenance=Provenance(), style="", emoji=(), notes=())
    text = read(pack(bare)).text
    assert [] == [word for word in ("Prompt", "Seed", "Engine", "Licence", "steps") if word in text]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        pytest.param({}, "'corgi' is drawn as dog", id="noted"),
        pytest.param({"notes": ("one", "two")}, "one; two", id="several"),
        pytest.param({"notes": ()}, "drawn as something like it", id="without a note"),
        pytest.param({"approximate": False}, None, id="as asked"),
    ],
)
def test_a_tile_tells_that_something_near_was_drawn(facts, told):
    """A sign for the eye, and the note as the description of the tile's link for everyone."""
    found = read(pack(sticker(**facts)))
    (tile,) = [a for a in found.all("a") if a.get("class") == "tile"]
    assert told == tile.get("title")
    badges = [a for a in found.all("span") if a.get("class") == "badge"]
    assert [{"class": "badge", "aria-hidden": "true"}] * (told is not None) == badges


ASIDE = NotMade("a cat", "PICTURE_MISSING", "the photo is not there", "put it there")


def test_what_was_not_made_stands_at_the_end():
    """Each with its words, reason and code, and what to do, below all that was made."""
    text = read(pack(downloads=DOWNLOADS, not_made=(ASIDE, replace(ASIDE, fix="")))).text
    one = "a cat the photo is not there PICTURE_MISSING"
    assert f"Not made {one} To mend it: put it there {one} " in text
    assert text.index("LINE Not available") < text.index("Not made")


def test_nothing_is_said_where_all_was_made():
    """Neither a pack's page nor that of several has an empty list."""
    pages = (gallery.page(pack()), gallery.index_of_packs([]))
    assert [False, False] == ["Not made" in Reader(files).text for files in pages]


def test_the_page_of_several_tells_what_was_not_made():
    """Also where there is no pack at all."""
    text = Reader(gallery.index_of_packs([], not_made=[ASIDE])).text
    assert "0 packs, 0 stickers Not made a cat the photo is not there" in text


DOWNLOADS = (
    Download("WhatsApp", "whatsapp/cats.wastickers", 1, (Refusal("500 KB is too large", "a dog"),)),
    Download("iMessage", "imessage/", 2),
    Download("LINE", "", 0, (Refusal("takes 8 stickers or more"),)),
)


def test_platforms_say_what_they_refused():
    """Each platform has its count, its file, and a reason for whatever is not in it."""
    text = read(pack(downloads=DOWNLOADS)).text
    whatsapp, imessage, line = re.findall(
        r"(WhatsApp 1 of 2 .*?)(iMessage All 2 .*?)(LINE Not available .*)", text
    )[0]
    assert "1 left out : WhatsApp a dog : 500 KB is too large" in whatsapp
    assert "In the folder imessage/ of the whole pack" in imessage
    assert "takes 8 stickers or more" in line
    assert 1 == sum(
        "whatsapp" in a.get("href", "") for a in read(pack(downloads=DOWNLOADS)).all("a")
    )


def test_whole_pack_is_offered_outside_its_zip_only():
    """The page inside the zip does not offer the zip."""
    assert "Download everything" in read(pack(whole="cats.zip")).text
    assert "Download everything" not in read(pack()).text


def test_stickers_lead_to_each_other():
    """From the last sticker one comes to the first again; a single one leads nowhere."""
    three = read(pack(sticker("a"), sticker("b"), sticker("c")))
    walks = [(a["data-go"], a["href"]) for a in three.all("a") if "data-go" in a]
    assert [
        *(("previous", "#sticker-c"), ("next", "#sticker-b"), ("close", "#tile-a")),
        *(("previous", "#sticker-a"), ("next", "#sticker-c"), ("close", "#tile-b")),
        *(("previous", "#sticker-b"), ("next", "#sticker-a"), ("close", "#tile-c")),
    ] == walks
    alone = read(pack(sticker("a"))).all("a")
    assert ["close"] == [a["data-go"] for a in alone if "data-go" in a]


def test_split_sets_are_numbered():
    """A pack of several says which it is."""
    assert "Pack 2 of 3" in read(pack(number=2, of=3)).text
    assert "Pack 1 of 1" not in read(pack()).text


def test_index_lists_packs_in_order():
    """The index has a card per pack, with up to four pictures, in the order given."""
    cards = [
        PackCard("Zebras", "z/index.html", 2, tuple(f"z/{n}.png" for n in "abcdef"), "us", "zoo"),
        PackCard("</a><script>", "a b/index.html", 1),
    ]
    files = gallery.index_of_packs(cards)
    found = Reader(files)
    assert ["index.html", "page/page.css"] == sorted(files)
    assert ["z/index.html", "a%20b/index.html"] == [a["href"] for a in found.all("a")]
    assert ["z/a.png", "z/b.png", "z/c.png", "z/d.png"] == [i["src"] for i in found.all("img")]
    assert "2 packs, 3 stickers" in found.text
    assert "2 stickers · us · zoo" in found.text
    assert "</a><script>" in found.text
    assert [] == found.all("script")


def test_ids_stand_once():
    """No two elements of a page share an id."""
    ids = [a["id"] for _, a in read(pack()).found if "id" in a]
    assert sorted(set(ids)) == sorted(ids)
