package server

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/fs/ggml"
	"github.com/ollama/ollama/llm"
	"github.com/ollama/ollama/ml"
)

// Loading of a further model of weightsBytes while freeBytes are free on the only GPU. The model has one layer with 32
// heads of 128 elements.
type rmaCase struct {
	FreeBytes    uint64 `json:"freeBytes"`
	WeightsBytes uint64 `json:"weightsBytes"`
	Context      int    `json:"context"`
}

// Writes for each case of RMA_CASES (a JSON list) whether the scheduler unloads the first model, as a JSON list to RMA_RESULT.
func TestRmaFurtherModel(t *testing.T) {
	var cases []rmaCase
	if err := json.Unmarshal([]byte(os.Getenv("RMA_CASES")), &cases); err != nil {
		t.Fatal(err)
	}
	unloads := make([]bool, 0, len(cases))
	for _, each := range cases {
		unloads = append(unloads, rmaUnloads(t, each))
	}
	text, err := json.Marshal(unloads)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("RMA_RESULT"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func rmaUnloads(t *testing.T, each rmaCase) bool {
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	scheduler := InitScheduler(ctx)
	scheduler.getSystemInfoFn = getSystemInfoFn
	scheduler.loadedMu.Lock()
	scheduler.loaded["first"] = &runnerRef{llama: &mockLlm{modelPath: "first"}, modelKey: "first"}
	scheduler.loadedMu.Unlock()
	further := newScenarioRequestWithContext(t, ctx, "further", each.WeightsBytes, nil, nil, uint32(each.Context))
	// a sparse file: the scheduler only looks at its size
	if err := os.Truncate(further.req.model.ModelPath, int64(each.WeightsBytes)); err != nil {
		t.Fatal(err)
	}
	further.req.opts.NumCtx = each.Context
	scheduler.newServerFn = func(ml.SystemInfo, []ml.DeviceInfo, string, *ggml.GGML, []string, []string, api.Options, int, llm.LlamaServerConfig) (llm.LlamaServer, error) {
		return further.srv, nil
	}
	gpu := ml.DeviceInfo{DeviceID: ml.DeviceID{Library: "CUDA", ID: "0"}}
	gpu.TotalMemory = 1 << 40
	gpu.FreeMemory = each.FreeBytes
	return scheduler.load(further.req, getSystemInfoFn(), []ml.DeviceInfo{gpu}, true)
}
