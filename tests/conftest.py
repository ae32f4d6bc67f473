"""How property tests run where they judge mutants."""

from hypothesis import Phase, settings

# A mutant is dead with its first failing example; a smaller one tells nothing more and takes seconds to find.
settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate])
