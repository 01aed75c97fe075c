package gguf_parser

import (
	"encoding/json"
	"os"
	"testing"
)

// What the parser reads from a file and estimates for llama.cpp, bytes.
type rmaEstimate struct {
	Weights uint64 `json:"weights"`
	Cache   uint64 `json:"cache"`
}

// Writes an estimate for each path of RMA_FILES (a JSON list), as a JSON list to RMA_RESULT.
func TestRmaEstimates(t *testing.T) {
	var files []string
	if err := json.Unmarshal([]byte(os.Getenv("RMA_FILES")), &files); err != nil {
		t.Fatal(err)
	}
	estimates := make([]rmaEstimate, 0, len(files))
	for _, path := range files {
		file, err := ParseGGUFFile(path)
		if err != nil {
			t.Fatal(path, err)
		}
		run := file.EstimateLLaMACppRun(WithLLaMACppContextSize(4096), WithParallelSize(1))
		var cache uint64
		for _, device := range run.Devices {
			cache += uint64(device.KVCache.Sum())
		}
		estimates = append(estimates, rmaEstimate{Weights: uint64(file.ModelSize), Cache: cache})
	}
	text, err := json.Marshal(estimates)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("RMA_RESULT"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}
