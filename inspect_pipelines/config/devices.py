"""Devices that a viewport may name: our own short table of common sizes, as the makers state them."""

from __future__ import annotations

from dataclasses import dataclass

IOS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
IPADOS = IOS.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")
ANDROID = "Mozilla/5.0 (Linux; Android 15; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 {form}Safari/537.36"


@dataclass(frozen=True, slots=True)
class Device:
    width: int  # CSS px
    height: int  # CSS px
    scale: float  # device pixels per CSS px
    mobile: bool
    user_agent: str | None


DEVICES = {
    "iPhone SE": Device(375, 667, 2.0, True, IOS),
    "iPhone 13": Device(390, 844, 3.0, True, IOS),
    "iPhone 15 Pro Max": Device(430, 932, 3.0, True, IOS),
    "Pixel 7": Device(412, 915, 2.625, True, ANDROID.format(model="Pixel 7", form="Mobile ")),
    "Galaxy S24": Device(360, 780, 3.0, True, ANDROID.format(model="SM-S921B", form="Mobile ")),
    "iPad Mini": Device(768, 1024, 2.0, True, IPADOS),
    "Laptop": Device(1366, 768, 1.0, False, None),
    "Full HD": Device(1920, 1080, 1.0, False, None),
}
