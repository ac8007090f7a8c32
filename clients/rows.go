package clients

import (
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/roster-go/roster/wire"
)

// rows knows how long the rows of lists are, so that a list has its memory before it is decoded. Decoders would find it
// by doubling, which is half of a list's memory and a tenth of the time. Each kind of answer is known from its second
// one on.
type rows struct {
	lists sync.Map // of *list, by the type that an answer is decoded into
}

// list is where the rows of an answer are. It has no index if the answer has none.
type list struct {
	path  string
	index []int
	size  atomic.Int64 // of a row, in bytes of JSON; 0 if not known yet
}

// fewRows are too few to tell the size of a row: what stands around them counts with them.
const fewRows = 8

// of returns the list of an answer to op.
func (r *rows) of(op *wire.Operation, out any) *list {
	t := reflect.TypeOf(out)
	known, ok := r.lists.Load(t)
	if !ok {
		known, _ = r.lists.LoadOrStore(t, newList(op, t))
	}
	return known.(*list)
}

// newList looks for the member that makes an object an answer. In lists that is the list, or else the mark beside it
// that says whether more pages follow.
func newList(op *wire.Operation, t reflect.Type) *list {
	if len(op.Answer) == 0 || t == nil || t.Kind() != reflect.Pointer {
		return &list{}
	}
	first, _, _ := strings.Cut(op.Answer[0], "|")
	names := strings.Split(strings.TrimSuffix(first, "?"), ".")
	l := &list{}
	for i, name := range names {
		field, ok := member(t.Elem(), name)
		last := i == len(names)-1
		if ok && last && field.Type.Kind() == reflect.Bool {
			field, ok = onlyList(t.Elem())
			name = jsonName(field)
		}
		if !ok || last && !isList(field.Type) {
			return &list{}
		}
		names[i], l.index, t = name, append(l.index, field.Index...), reflect.PointerTo(field.Type)
	}
	l.path = strings.Join(names, ".")
	return l
}

// member finds a struct's field by its name in JSON.
func member(t reflect.Type, name string) (field reflect.StructField, ok bool) {
	if t.Kind() != reflect.Struct {
		return field, false
	}
	for field := range t.Fields() {
		if jsonName(field) == name {
			return field, true
		}
	}
	return field, false
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// onlyList is the list among a struct's fields if there is one and no other.
func onlyList(t reflect.Type) (list reflect.StructField, ok bool) {
	for field := range t.Fields() {
		if isList(field.Type) {
			if ok {
				return list, false
			}
			list, ok = field, true
		}
	}
	return list, ok
}

func isList(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

// in returns the list of an answer that has one.
func (l *list) in(out any) reflect.Value { return reflect.ValueOf(out).Elem().FieldByIndex(l.index) }

// muchMemory is how many times the size of an answer its list may get. What would need more is left to be found out.
const muchMemory = 8

// prepare gives the list in out memory for as many rows as body is likely to hold, and for one in eight more.
func (l *list) prepare(body []byte, out any) {
	size := int(l.size.Load())
	if size == 0 {
		return
	}
	slice := l.in(out)
	rows := uint64(len(body)/size)*9/8 + 1 //nolint:gosec // neither is negative
	if rows*uint64(slice.Type().Elem().Size()) <= muchMemory*uint64(len(body)) {
		slice.Set(reflect.MakeSlice(slice.Type(), 0, int(rows))) //nolint:gosec // it is less than 9 times the body
	}
}

// learn looks at a list that was decoded. One that body does not have, or has as null, is nil, as if nobody had
// prepared it.
func (l *list) learn(body []byte, out any) {
	if l.index == nil {
		return
	}
	slice := l.in(out)
	n := slice.Len()
	if n >= fewRows || n > 0 && l.size.Load() == 0 {
		l.size.Store(int64(max(1, len(body)/n)))
	}
	if n == 0 && slice.Cap() > 0 {
		if value, there := wire.Lookup(body, l.path); !there || wire.Scalar(value) == "null" {
			slice.SetZero()
		}
	}
}
