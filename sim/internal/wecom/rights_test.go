package wecom

import (
	"testing"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/stretchr/testify/assert"
)

// An operation without a line in the table is refused to everybody, which looks like a mistake somewhere else.
func TestEveryOperationHasARight(t *testing.T) {
	table := rights()
	for _, op := range wecomapi.Operations() {
		if len(op.Security) == 0 {
			continue
		}
		_, ok := table[op.ID]
		assert.True(t, ok, "wecom %s: nobody may call it: add it to rights() in sim/internal/wecom/rights.go", op.ID)
	}
}
