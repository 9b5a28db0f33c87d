# SPDX-License-Identifier: Apache-2.0
# bash completion for gpubay. The program itself knows what fits: verbs, options, GPUs, checks, examples.
_gpubay() {
	local line=${COMP_LINE:0:COMP_POINT} words cur head candidate
	# bash breaks words at ':' and '='; PCI addresses and --name=value are one word here.
	read -ra words <<<"$line"
	[[ $line == *[[:blank:]] ]] && words+=("")
	cur=${words[${#words[@]} - 1]}
	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		case $candidate in
		:files | :dirs)
			compopt -o filenames 2>/dev/null
			local kind=-f path=$cur
			[[ $candidate == :dirs ]] && kind=-d
			[[ $cur == --*=* ]] && path=${cur#*=}
			while read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen "$kind" -- "$path")
			;;
		*) COMPREPLY+=("$candidate") ;;
		esac
	done < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
	# Only what follows the last break is replaced.
	head=${cur%"${cur##*[:=]}"}
	[[ $head && $COMP_WORDBREAKS == *[:=]* ]] && COMPREPLY=("${COMPREPLY[@]#"$head"}")
}
complete -F _gpubay gpubay
