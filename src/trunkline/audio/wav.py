"""RIFF/WAVE: the chunks before the sound tell the codec and, with the sound's size, the length."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.audio.found import Audio, Octets, damaged, little

_PCM, _FLOAT, _EXTENSIBLE = 0x0001, 0x0003, 0xFFFE
_PCM_CODECS = {8: "pcm_u8", 16: "pcm_s16le", 24: "pcm_s24le", 32: "pcm_s32le"}
_FLOAT_CODECS = {32: "pcm_f32le", 64: "pcm_f64le"}
_G711 = {0x0006: "alaw", 0x0007: "mulaw"}
_COMPRESSED = {  # the tags of Microsoft's mmreg.h that telephony writes
    0x0002: "adpcm_ms",
    0x0011: "adpcm_ima",
    0x0022: "truespeech",
    0x0031: "gsm",
    0x0040: "g726",
    0x0042: "g723_1",
    0x0045: "g726",
    0x0055: "mp3",
    0x0064: "g726",
    0x0065: "g722",
    0x0083: "g729",
}
_GUID_TAIL = bytes.fromhex("0000000010008000 00aa00389b71")  # of an extensible format that stands for a plain tag
_ENDLESS = {0, 0xFFFF_FFFF}  # a header written before the length was known
_MAX_CHUNKS = 100
_NEAR = 0.1  # a sample count that is further than this from the byte rate's length was never brought up to date
_NO_PARTS = "a WAV header without its parts"


@dataclass(frozen=True)
class _Format:
    tag: int
    channels: int
    rate: int
    byte_rate: int
    bits: int

    @property
    def codec(self) -> str | None:
        """None: PCM of a width that does not exist."""
        if self.tag in {_PCM, _FLOAT}:
            return (_PCM_CODECS if self.tag == _PCM else _FLOAT_CODECS).get(self.bits)
        return _G711.get(self.tag) or _COMPRESSED.get(self.tag) or f"wav_0x{self.tag:04x}"

    @property
    def bytes_per_second(self) -> int:
        """By arithmetic where each sample has its own bits: some writers fill in the byte rate wrongly."""
        if self.tag in {_PCM, _FLOAT}:
            return self.rate * self.channels * self.bits // 8
        return self.rate * self.channels if self.tag in _G711 else self.byte_rate

    def seconds(self, octets: int, samples: int) -> float | None:
        """Of `octets` of sound; `samples` (the fact chunk's) is exact for compressed sound where it was filled in."""
        by_rate = octets / self.bytes_per_second if self.bytes_per_second else None
        exact = samples / self.rate
        if exact and (by_rate is None or abs(exact - by_rate) <= _NEAR * by_rate):
            return exact
        return by_rate


def judge_wav(data: Octets) -> Audio:
    """Judges a file that begins as WAV does."""
    position, kind, samples = 12, None, 0
    for _chunk in range(_MAX_CHUNKS):
        name, length, body = data[position : position + 4], little(data, position + 4, 4), position + 8
        if len(data) < body:
            break
        if name == b"fmt " and len(data) >= body + 16:
            kind = _format(data, body, length)
        elif name == b"fact":
            samples = little(data, body, 4)
        elif name == b"data":
            return _sound(data, body, length, kind, samples)
        position = body + length + length % 2
    return damaged(_NO_PARTS)


def _format(data: Octets, body: int, length: int) -> _Format:
    tag = little(data, body, 2)
    if tag == _EXTENSIBLE and length >= 40 and data[body + 26 : body + 40] == _GUID_TAIL:
        tag = little(data, body + 24, 2)
    return _Format(
        tag=tag,
        channels=little(data, body + 2, 2),
        rate=little(data, body + 4, 4),
        byte_rate=little(data, body + 8, 4),
        bits=little(data, body + 14, 2),
    )


def _sound(data: Octets, body: int, length: int, kind: _Format | None, samples: int) -> Audio:
    held = len(data) - body
    is_closed = little(data, 4, 4) == len(data) - 8  # the file's length was filled in: so was the sound's
    if held == 0 or (length == 0 and is_closed):
        return damaged("a WAV header without any sound" if length in _ENDLESS else f"ends after 0 of {length} bytes")
    if length not in _ENDLESS and held < length:
        return damaged(f"ends after {held} of {length} bytes")
    if kind is None or not kind.channels or not kind.rate:
        return damaged(_NO_PARTS)
    if kind.codec is None:
        return damaged(f"a WAV header that cannot be: samples of {kind.bits} bits")
    seconds = kind.seconds(held if length in _ENDLESS else length, samples)
    if seconds is None:
        return damaged(_NO_PARTS)
    return Audio("audio/wav", round(seconds, 3), codec=kind.codec)
