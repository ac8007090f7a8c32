package change

import (
	"context"
	"errors"
	"os"
)

// CompareTree compares the working tree at root, files that are not committed included, with a commit of its
// repository. ref names the commit; see ResolveBase for what an empty one means.
func CompareTree(ctx context.Context, root, ref string) (report Report, err error) {
	base, err := ResolveBase(ctx, root, ref)
	if err != nil {
		return Report{}, err
	}
	tree, err := os.MkdirTemp("", "roster-base-")
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tree)) }()
	if err := Extract(ctx, root, base, tree); err != nil {
		return Report{}, err
	}
	report.Base = base
	if report.Comparisons, err = CompareDocuments(tree, root); err != nil {
		return Report{}, err
	}
	libraries, err := ComparePackages(ctx, tree, root)
	if err != nil {
		return Report{}, err
	}
	report.Comparisons = append(report.Comparisons, libraries...)
	return report, nil
}
