# SPDX-License-Identifier: Apache-2.0
# fish completion for gpubay. The program itself knows what fits: verbs, options, GPUs, checks, examples.
function __gpubay_candidates
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	for line in ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
		switch $line
			case ':files' ':dirs'
				__fish_complete_path (string replace -r '^--[a-z-]+=' '' -- $current)
			case '*'
				echo $line
		end
	end
end
complete -c gpubay -f -a '(__gpubay_candidates)'
