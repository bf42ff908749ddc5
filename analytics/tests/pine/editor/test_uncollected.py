import gc
import threading

import pytest

from analytics.pine.editor.reading import Reading
from analytics.pine.editor.uncollected import uncollected
from analytics.tests.pine.editor.texts import SCRIPT_TEXTS


def test_the_collector_waits_and_goes_on():
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()

    assert gc.isenabled()


def test_it_goes_on_after_a_failure():
    with pytest.raises(ValueError, match="broken"), uncollected():
        raise ValueError("broken")

    assert gc.isenabled()


def test_it_waits_for_the_last_of_several_threads():
    begun, done = threading.Event(), threading.Event()

    def work():
        with uncollected():
            begun.set()
            done.wait(10)

    other = threading.Thread(target=work)
    with uncollected():
        other.start()
        assert begun.wait(10)
    assert not gc.isenabled()
    done.set()
    other.join(10)

    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_is_read_makes_no_cycles():
    for text in SCRIPT_TEXTS.values():
        Reading(text)  # what is made once and for all
    gc.collect()
    gc.freeze()
    try:
        for name, text in SCRIPT_TEXTS.items():
            with uncollected():
                Reading(text)

                assert gc.collect() == 0, name
    finally:
        gc.unfreeze()
