"""``python -m linkage.command`` is the program `counterfoil`, also where no script of that name is on the path."""

from linkage.command.program import main

main()
