"""Reports that a data protection officer would otherwise write by hand, made offline from a compliance pack.

``dossier`` is a pack and what its verification came to, ``report`` what all reports are made of (a page, a text, JSON);
``record``, ``impact``, ``transfers``, ``retention`` and ``incident`` are one report each. The disclosure for one local
reference needs a counterfoil and is made where that is: :mod:`encoder.disclosure`.
"""
