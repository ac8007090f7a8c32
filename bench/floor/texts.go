package floor

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// textMap is a map that DingTalk sends as a text which holds JSON, "{\"desk\":\"3F-12\"}".
type textMap map[string]string

// UnmarshalJSON reads the text.
func (m *textMap) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil || text == "" {
		return err
	}
	return json.Unmarshal([]byte(text), (*map[string]string)(m))
}

// departments is what DingTalk's first version says of each department of a person, as a text whose keys have no
// quotes, "{101:true,1:false}".
type departments[V any] map[int64]V

// UnmarshalJSON reads the text.
func (d *departments[V]) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*d = make(departments[V])
	for pair := range strings.SplitSeq(strings.Trim(text, "{}"), ",") {
		if pair == "" {
			continue
		}
		key, said, _ := strings.Cut(pair, ":")
		id, err := strconv.ParseInt(strings.TrimSpace(key), 10, 64)
		if err != nil {
			return fmt.Errorf("department %q: %w", key, err)
		}
		var value V
		if err := json.Unmarshal([]byte(said), &value); err != nil {
			return fmt.Errorf("department %d: %w", id, err)
		}
		(*d)[id] = value
	}
	return nil
}
