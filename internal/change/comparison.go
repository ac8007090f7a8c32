package change

import (
	"fmt"
	"io"
	"strings"
)

// Severity says what a change does to those who use the document or the package.
type Severity int

// The severities, the mildest first.
const (
	Compatible Severity = iota // nobody has to do anything
	Warning                    // may surprise somebody; does not fail the comparison
	Breaking                   // working programs stop to compile or to work
)

// String is the word in reports.
func (s Severity) String() string {
	switch s {
	case Breaking:
		return "BREAKING"
	case Warning:
		return "warning"
	default:
		return "compatible"
	}
}

// Change is one difference.
type Change struct {
	Severity Severity
	Where    string // an operation for documents; empty for packages, whose texts begin with the name
	Text     string
}

// State says on which sides something is.
type State int

// The states.
const (
	Both State = iota
	New        // not in the base: nothing to compare, nobody can be broken
	Gone       // in the base alone
)

// Comparison is what became of one document or one Go package.
type Comparison struct {
	Name    string // "specs/wecom.yaml" or "gen/wecomapi"
	State   State
	Changes []Change
}

// Severity is that of the worst change. Something that is gone breaks all who used it.
func (c Comparison) Severity() Severity {
	if c.State == Gone {
		return Breaking
	}
	worst := Compatible
	for _, change := range c.Changes {
		worst = max(worst, change.Severity)
	}
	return worst
}

// Report is the outcome of comparing a working tree with a commit.
type Report struct {
	Base        Base
	Comparisons []Comparison
}

// Severity is that of the worst comparison.
func (r Report) Severity() Severity {
	worst := Compatible
	for _, comparison := range r.Comparisons {
		worst = max(worst, comparison.Severity())
	}
	return worst
}

// Write prints the report for people: a section for each document or package that has changed, the breaking changes
// first. The same text reported for many operations, as that of a shared schema is, is printed once with the list of
// them.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Compared with %s (%s).\n", r.Base.Commit[:min(12, len(r.Base.Commit))], r.Base.Why)
	count := make(map[Severity]int)
	var unchanged []string
	for _, c := range r.Comparisons {
		if c.State == Both && len(c.Changes) == 0 {
			unchanged = append(unchanged, c.Name)
			continue
		}
		fmt.Fprintf(&b, "\n%s: ", c.Name)
		switch {
		case c.State == New:
			fmt.Fprintln(&b, "new, nothing to compare")
		case c.State == Gone:
			fmt.Fprintln(&b, "BREAKING: is gone")
			count[Breaking]++
		default:
			fmt.Fprintf(&b, "%s\n", c.Severity())
			for _, severity := range []Severity{Breaking, Warning, Compatible} {
				for _, line := range merged(c.Changes, severity) {
					count[severity] += len(line.where)
					fmt.Fprintf(&b, "  %-10s  %s\n", severity, line.text)
					if line.where[0] != "" {
						fmt.Fprintf(&b, "              at %s\n", strings.Join(line.where, "\n                 "))
					}
				}
			}
		}
	}
	if len(unchanged) > 0 {
		fmt.Fprintf(&b, "\nNo change in %s.\n", wrapped(unchanged))
	}
	fmt.Fprintf(&b, "\n%d breaking, %d to look at, %d compatible.\n", count[Breaking], count[Warning],
		count[Compatible])
	if r.Severity() == Breaking {
		b.WriteString("A breaking change needs a release that says so; docs/CHANGING_A_SPEC.md tells how.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrapped joins names, with line breaks where a line becomes long.
func wrapped(names []string) string {
	const longest = 100
	var b strings.Builder
	length := 0
	for i, name := range names {
		switch {
		case i == 0:
		case length+len(name) > longest:
			b.WriteString(",\n  ")
			length = 0
		default:
			b.WriteString(", ")
		}
		b.WriteString(name)
		length += len(name) + len(", ")
	}
	return b.String()
}

// line is one text with the places that it was reported for.
type line struct {
	text  string
	where []string
}

// merged gathers the changes of one severity by their text, in the order in which the texts came first.
func merged(changes []Change, severity Severity) []*line {
	var lines []*line
	byText := make(map[string]*line)
	for _, c := range changes {
		if c.Severity != severity {
			continue
		}
		known := byText[c.Text]
		if known == nil {
			known = &line{text: c.Text}
			byText[c.Text] = known
			lines = append(lines, known)
		}
		known.where = append(known.where, c.Where)
	}
	return lines
}
