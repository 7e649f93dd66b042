"""What desks and offices do beside sales, scene by scene."""

from demo.offers import Offers
from demo.places import Scene

from .gifts import Gifts
from .marks import Marks
from .persons import Persons
from .phones import Phones
from .plastic import Plastic
from .programs import Programs
from .segments import Segments
from .tiers import Tiers
from .wallets import Wallets

SCENES = (Marks, Plastic, Wallets, Tiers, Gifts, Persons, Programs, Segments, Phones)


class Desk(Scene):
    """A few of everything."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it, one after the other; how much of each."""
        for kind in SCENES:
            scene = kind(
                guests=self.guests, places=self.places, dice=self.dice, until=self.until
            )
            for word, times in scene.tell(offers).items():
                self.count(word, times)
        return self.told
