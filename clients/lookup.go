package clients

import (
	"context"
	"slices"
)

// Lookup reads many entries by their ids, limit of them in a call and some calls at a time. An id that is given twice
// counts once. found is in the order of ids; missing are the ids for which nothing came, since vendors leave out in
// silence whom they do not know or do not show. What came under an id that was not asked for stands behind the rest of
// found. id tells the id of an entry; an entry without is ErrBadResponse, an empty id in ids ErrInvalidArgument. vendor
// and operation name the look-up in errors.
func Lookup[T any](ctx context.Context, vendor, operation string, parallel, limit int, ids []string, id func(T) string,
	fetch func(ctx context.Context, ids []string) ([]T, error),
) (found []T, missing []string, err error) {
	if slices.Contains(ids, "") {
		return nil, nil, &Error{Vendor: vendor, Operation: operation, Kind: KindInvalidArgument,
			Message: "one of the ids is empty"}
	}
	asked, _ := fresh(NewSeen[string](vendor, operation), ids) // none is empty
	answers := make(map[string]T, len(asked))
	came := NewSeen[string](vendor, operation)
	var order []string
	for part, err := range Ordered(ctx, parallel, slices.Collect(slices.Chunk(asked, max(limit, 1))), fetch) {
		if err != nil {
			return nil, nil, err
		}
		for _, item := range part {
			key := id(item)
			first, err := came.First(key)
			if err != nil {
				return nil, nil, err
			}
			if first {
				answers[key] = item
				order = append(order, key)
			}
		}
	}
	for _, key := range asked {
		item, ok := answers[key]
		if !ok {
			missing = append(missing, key)
			continue
		}
		found = append(found, item)
		delete(answers, key)
	}
	for _, key := range order {
		if item, ok := answers[key]; ok {
			found = append(found, item)
		}
	}
	return found, missing, nil
}
