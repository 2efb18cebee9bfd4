import numpy as np
import pytest

from assessment.spread import (
    absolute_phi,
    dimensions_above_noise,
    divergence,
    entropy,
    mutual_information,
    rank_correlation,
)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def test_entropy_of_a_fair_and_of_a_loaded_coin_and_of_a_stuck_one() -> None:
    assert entropy(np.array([0.5, 0.25, 0.0, 1.0])) == pytest.approx([1, 0.811278, 0, 0], abs=1e-6)


def test_rank_correlation_of_order_alone_with_ties_and_without_variation() -> None:
    rising = np.arange(20)
    assert rank_correlation(rising, rising**3) == pytest.approx(1)
    assert rank_correlation(rising, -rising) == pytest.approx(-1)
    assert rank_correlation(np.array([1, 2, 2, 3]), np.array([1, 2, 3, 4])) == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    assert rank_correlation(rising, np.zeros(20)) == 0


def test_divergence_is_0_of_like_samples_and_1_of_samples_that_never_meet(random: np.random.Generator) -> None:
    assert divergence(np.arange(100), np.arange(100), 10) == pytest.approx(0)
    assert divergence(np.arange(100), np.arange(200, 300), 10) == pytest.approx(1)
    alike = divergence(random.normal(size=5000), random.normal(size=5000), 10)
    assert 0 < alike < 0.002


@pytest.mark.parametrize("correlation", [0.3, 0.6, 0.9])
def test_mutual_information_of_gaussians_is_near_its_formula(correlation: float, random: np.random.Generator) -> None:
    one, other = random.normal(size=(2, 200_000))
    other = correlation * one + np.sqrt(1 - correlation**2) * other
    exact = -np.log2(1 - correlation**2) / 2
    assert 0.8 * exact < mutual_information(one, other, 10) < exact  # bins lose some


def test_mutual_information_of_independent_values_is_nothing_and_of_equal_ones_all(
    random: np.random.Generator,
) -> None:
    one, other = random.normal(size=(2, 20_000))
    assert mutual_information(one, other, 10) < 0.002
    assert mutual_information(one, one, 10) == pytest.approx(np.log2(10), abs=0.01)


def test_phi_of_independent_bits_is_that_of_chance_and_of_a_bit_and_its_complement_1(
    random: np.random.Generator,
) -> None:
    bits = random.integers(2, size=(900, 200), dtype=np.uint8)
    assert absolute_phi(bits, 5000, random) == pytest.approx(np.sqrt(2 / (np.pi * 900)), rel=0.05)
    assert absolute_phi(np.stack([bits[:, 0], 1 - bits[:, 0]], axis=1), 50, random) == pytest.approx(1, abs=1e-5)
    assert absolute_phi(np.zeros((10, 10), np.uint8), 50, random) == 0


@pytest.mark.parametrize("shape", [(300, 1024), (700, 512), (200, 4096)])
def test_coin_flips_have_no_structure_balanced_or_not(shape: tuple[int, int], random: np.random.Generator) -> None:
    bits = random.integers(2, size=shape, dtype=np.uint8)
    assert dimensions_above_noise(bits).dimensions == 0
    assert dimensions_above_noise(np.concatenate([bits, 1 - bits], axis=1)).dimensions == 0


def test_planted_dimensions_are_counted(random: np.random.Generator) -> None:
    hidden = random.normal(size=(400, 3)) @ random.normal(size=(3, 1024))
    bits = (hidden + 2 * random.normal(size=(400, 1024)) > 0).astype(np.uint8)
    found = dimensions_above_noise(bits)
    assert found.dimensions == 3
    assert 0.2 < found.share < 0.6
