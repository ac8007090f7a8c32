// Package invoke calls an operation's generated method by reflection, with the arguments of a sample's request. It is
// for tests and tools that go through all operations of a document; programs call the methods.
package invoke

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/wire"
)

// Method is the generated method of an operation.
type Method struct {
	op *wire.Operation
	fn reflect.Value
}

// Find finds the method of op on a client, or on a generated API. The generator writes initialisms in capitals, so
// names are compared without case.
func Find(api any, op *wire.Operation) (Method, error) {
	value := reflect.ValueOf(api)
	if !value.IsValid() {
		return Method{}, fmt.Errorf("no method for operation %s on nil", op.ID)
	}
	for i := range value.NumMethod() {
		if strings.EqualFold(value.Type().Method(i).Name, goName(op.ID)) {
			return Method{op, value.Method(i)}, nil
		}
	}
	return Method{}, fmt.Errorf("no method for operation %s on %T", op.ID, api)
}

func goName(id string) string { return strings.NewReplacer("_", "", "-", "", ".", "").Replace(id) }

// Operation is what the document says of the method's operation.
func (m Method) Operation() *wire.Operation { return m.op }

// NewAnswer returns a pointer to a fresh answer of the method.
func (m Method) NewAnswer() any { return reflect.New(m.fn.Type().Out(0).Elem()).Interface() }

// Call calls the method with the arguments of a sample's request. A path value that the sample lacks is "1".
func (m Method) Call(ctx context.Context, request samples.Request) (any, error) {
	args, err := m.arguments(ctx, request)
	if err != nil {
		return nil, &ArgumentError{m.op.ID, err}
	}
	out := m.fn.Call(args)
	if err, ok := out[1].Interface().(error); ok {
		return nil, err
	}
	return out[0].Interface(), nil
}

// ArgumentError is a request that cannot be turned into arguments; nothing was called.
type ArgumentError struct {
	Operation string
	err       error
}

func (e *ArgumentError) Error() string { return e.Operation + ": " + e.err.Error() }

// Unwrap returns what is wrong with the request.
func (e *ArgumentError) Unwrap() error { return e.err }
