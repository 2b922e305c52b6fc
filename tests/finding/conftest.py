"""What several tests of finding share."""

import pytest

from assistant.errors import EncoderError
from assistant.finding import bundled
from assistant.finding.encoders import open_encoder
from assistant.settings import Settings


@pytest.fixture(scope="session")
def encoder(tmp_path_factory):
    """The bundled encoder, made once."""
    try:
        bundled.weights_file()
    except EncoderError as error:
        pytest.skip(f"{error} {error.hint}")
    return open_encoder(Settings(data_dir=tmp_path_factory.mktemp("encoder")))
