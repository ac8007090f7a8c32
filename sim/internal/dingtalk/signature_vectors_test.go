package dingtalk

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDingTalkSignatureVectors(t *testing.T) {
	text, err := os.ReadFile("../../../testdata/dingtalk/isv_vectors.json")
	require.NoError(t, err)
	var file struct {
		Vectors []struct {
			Timestamp int64
			Ticket    *string
			Secret    string
			Signature string
		}
	}
	require.NoError(t, json.Unmarshal(text, &file))
	require.NotEmpty(t, file.Vectors)
	for _, v := range file.Vectors {
		assert.Equal(t, v.Signature, signature(v.Secret, strconv.FormatInt(v.Timestamp, 10), v.Ticket))
	}
}
