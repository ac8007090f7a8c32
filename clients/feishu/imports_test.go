package feishu_test

import (
	"testing"

	"github.com/roster-go/roster/internal/clienttest"
)

func TestImports(t *testing.T) {
	clienttest.Imports(t, "github.com/roster-go/roster/clients/feishu")
}
