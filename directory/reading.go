package directory

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"

	"github.com/roster-go/roster/clients"
)

// reading is how a walk wants departments to be read. It travels in the context, since Departments is called by others
// as well, to whom every refusal is an error.
type reading struct {
	scope   bool // the roots are those of the app's scope, and not somebody's choice
	refused func(departmentID string, err error) bool
}

type readingKey struct{}

func withReading(ctx context.Context, r reading) context.Context {
	return context.WithValue(ctx, readingKey{}, r)
}

func readingOf(ctx context.Context) reading {
	r, _ := ctx.Value(readingKey{}).(reading)
	return r
}

// ofScope tells whether the roots are those that the vendor named itself.
func ofScope(ctx context.Context) bool { return readingOf(ctx).scope }

// nameless tells whether an error means only that the record of a root cannot be had. The vendor has named the
// department itself, in the app's scope; what is below it and who is in it is read all the same, and decides.
func nameless(ctx context.Context, err error) bool {
	return ofScope(ctx) && (errors.Is(err, clients.ErrPermission) || notFound(err))
}

// notFound tells whether there is no such thing, or no such call, of which a gateway speaks without a vendor's code.
func notFound(err error) bool {
	var refused *clients.Error
	return errors.Is(err, clients.ErrNotFound) || errors.As(err, &refused) && refused.HTTPStatus == http.StatusNotFound
}

// passed hands the refusal to list what is below a department to the walk, and tells whether the walk takes it.
func passed(ctx context.Context, departmentID string, err error) bool {
	r := readingOf(ctx)
	return r.refused != nil && errors.Is(err, clients.ErrPermission) && r.refused(departmentID, err)
}

// withoutRecord is a department of which only the id is known.
func withoutRecord(id string) Department {
	return Department{ID: id, Unknown: []string{fieldName, fieldExternalID, "order", fieldParent, fieldPath}}
}

// withhold notes what is missing of a department only because the app may not read it.
func (d *Department) withhold(fields ...string) {
	for _, name := range fields {
		if !slices.Contains(d.Unknown, name) {
			d.Unknown = append(slices.Clip(d.Unknown), name)
		}
	}
	slices.Sort(d.Unknown)
}

// after yields what is there, and then the rest.
func after[T any](there []T, rest iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range there {
			if !yield(v, nil) {
				return
			}
		}
		rest(yield)
	}
}
