using Collab.Operations.Deltas;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Two people with the .NET client are in one document, see each other's cursor and write.</summary>
internal sealed class PeopleWriteTogether : Scenario
{
    private const int Edits = 5;

    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_documents_total{kind=\"text\"}", 1),
        Move.AtLeast("collab_traces_total", 2),
        Move.AtLeast("collab_spans_total", 4),
        Move.AtLeast("collab_active_documents{kind=\"text\"}", 1),
        Move.By("collab_sessions_total", 2),
        Move.By("collab_active_sessions", 2),
        // What is typed while one is on its way goes as one.
        Move.AtLeast("collab_operations_total{kind=\"text\"}", 2),
        Move.AtLeast("collab_operations_total{outcome=\"applied\"}", 1),
        Move.AtLeast("collab_operation_duration_seconds_count{kind=\"text\"}", 2),
        Move.Rises("collab_operation_duration_seconds_sum"),
        Move.AtLeast("collab_operation_rebase_distance_count", 2),
        Move.AtLeast("collab_log_batches_total{status=\"durable\"}", 2),
        Move.AtLeast("collab_log_batch_duration_seconds_count{status=\"durable\"}", 2),
        Move.Rises("collab_log_batch_duration_seconds_sum"),
        Move.AtLeast("collab_log_batch_size_count", 2),
        Move.AtLeast("collab_log_batch_size_sum", 2),
        Move.AtLeast("collab_log_records_total", 2),
        Move.AtLeast("collab_store_query_duration_seconds_count{operation=\"append\",table=\"operations\"}", 2),
        Move.AtLeast("collab_store_query_duration_seconds_count{operation=\"create\",table=\"documents\"}", 1),
        Move.AtLeast("collab_store_query_duration_seconds_count{operation=\"append\",table=\"activity\"}", 1),
        Move.ShowsAtLeast("collab_store_connections{state=\"idle\"}", 1),
        Move.By("collab_websocket_connections_total{result=\"accepted\"}", 2),
        Move.By("collab_websocket_active_connections", 2),
        Move.By("collab_connection_state{state=\"live\"}", 2),
        Move.By("collab_connection_establish_seconds_count", 2),
        Move.Rises("collab_connection_establish_seconds_sum"),
        Move.By("collab_auth_attempts_total{result=\"anonymous\",kind=\"handshake\"}", 2),
        Move.AtLeast("collab_auth_attempts_total{result=\"anonymous\",kind=\"request\"}", 1),
        Move.By("collab_websocket_messages_total{type=\"join\",direction=\"in\"}", 2),
        Move.AtLeast("collab_websocket_messages_total{type=\"submit\",direction=\"in\"}", 2),
        Move.By("collab_websocket_messages_total{type=\"joined\",direction=\"out\"}", 2),
        Move.AtLeast("collab_websocket_messages_total{type=\"operations\",direction=\"out\"}", 4),
        Move.By("collab_websocket_message_size_bytes_count{type=\"join\",direction=\"in\"}", 2),
        Move.AtLeast("collab_websocket_message_size_bytes_sum{type=\"submit\",direction=\"in\"}", 100),
        Move.By("collab_messages_sent_total{type=\"joined\"}", 2),
        Move.AtLeast("collab_messages_sent_total{type=\"operations\"}", 4),
        Move.AtLeast("collab_messages_sent_total{type=\"presence\"}", 2),
        Move.AtLeast("collab_push_duration_seconds_count", 2),
        Move.Rises("collab_push_duration_seconds_sum"),
        Move.AtLeast("collab_push_batch_size_count", 2),
        Move.AtLeast("collab_push_batch_size_sum", 2),
        Move.AtLeast("collab_presence_updates_total", 1),
        Move.AtLeast("collab_presence_reads_total", 1),
        Move.Shows("collab_fanout_hosts{state=\"answering\"}", 1),
        Move.Shows("collab_fanout_hosts{state=\"silent\"}", 0),
        Move.By("collab_activity_events_total{kind=\"document_created\",outcome=\"appended\"}", 1),
        Move.AtLeast("collab_activity_events_total{kind=\"document_opened\",outcome=\"appended\"}", 1),
        Move.By("collab_activity_events_total{kind=\"session_joined\",outcome=\"appended\"}", 2),
        Move.AtLeast("collab_stream_publish_total{status=\"ok\"}", 1),
        Move.AtLeast("collab_stream_messages_total{direction=\"out\"}", 4),
        Move.AtLeast("collab_stream_messages_total{direction=\"in\"}", 1),
        Move.AtLeast("collab_stream_consume_duration_seconds_count", 1),
        Move.ShowsAtLeast("collab_active_streams", 1),
        Move.AtLeast("collab_grain_calls_total{grain=\"DocumentGrain\",method=\"Submit\",status=\"ok\"}", 2),
        Move.By("collab_grain_calls_total{grain=\"SessionGrain\",method=\"Join\",status=\"ok\"}", 2),
        Move.AtLeast("collab_grain_call_duration_seconds_count{grain=\"DocumentGrain\",method=\"Submit\"}", 2),
        // The host's question what has changed is held for seconds, and asked again at once.
        Move.ShowsAtLeast("collab_grain_active_calls{grain=\"AccessChangesGrain\"}", 1),
        Move.AtLeast("collab_cache_hits_total{cache=\"active_documents\"}", 2),
        Move.AtLeast("collab_cache_entries{cache=\"active_documents\"}", 1),
        Move.AtLeast("collab_cache_bytes{cache=\"active_documents\"}", 1),
        Move.AtLeast("collab_cache_entries{cache=\"operation_window\"}", 2),
        // The clients themselves report, a second after they joined and then each ten.
        Move.AtLeast("collab_client_rtt_seconds_count", 2),
        Move.AtLeast("collab_client_resent_ratio_count", 1),
        Move.AtLeast("collab_client_update_rate_count", 2),
        Move.AtLeast("collab_client_receive_bytes_per_second_count", 2),
        Move.AtLeast("collab_client_propagation_seconds_count", 1),
    ];

    public override IEnumerable<Move> MovesAfterwards =>
    [
        Move.By("collab_websocket_active_connections", 0),
        Move.By("collab_connection_state{state=\"live\"}", 0),
        Move.By("collab_connection_closed_total{reason=\"transport_failed\"}", 2),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        var ada = stage.Client("Ada");
        var bob = stage.Client("Bob");
        string id = $"d-{Guid.NewGuid():N}";
        await ada.CreateAsync(id);
        var left = await ada.OpenAsync(id);
        var right = await bob.OpenAsync(id);
        // Until both have told how they are served, some is typed, so that there is something to tell.
        for (int i = 0; i < Edits; i++)
        {
            await left.ReplaceAsync(0, 0, "a");
            await right.ReplaceAsync(0, 0, "b");
        }

        // Where that is, Bob's own last edits decide, which Ada may not have yet.
        left.ShowPresence(new Selection(1, 2));
        await Eventually.IsTrue(() => right.Others.Any(other => other.Selection is not null), "Bob sees where Ada is");
        await Eventually.IsTrue(
            async () =>
            {
                await left.ReplaceAsync(0, 0, "c");
                await right.ReplaceAsync(0, 0, "d");
                var now = await stage.ScrapeAsync();
                return ((string[])["propagation_seconds", "rtt_seconds"]).All(what => now.Sum($"collab_client_{what}_count") - stage.Before.Sum($"collab_client_{what}_count") >= 2);
            },
            "both have reported how they are served");
    }
}
